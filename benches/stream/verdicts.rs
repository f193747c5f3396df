//! Targets, and whether they were met.

use std::fmt;

/// One line for each target.
#[derive(Default)]
pub struct Verdicts(Vec<Verdict>);

struct Verdict {
    name: String,
    figure: f64,
    wanted: String,
    met: bool,
}

impl Verdicts {
    pub fn at_least(&mut self, name: impl Into<String>, figure: f64, bound: f64) {
        self.add(name.into(), figure, format!("≥ {bound}"), figure >= bound);
    }

    pub fn at_most(&mut self, name: impl Into<String>, figure: f64, bound: f64) {
        self.add(name.into(), figure, format!("≤ {bound}"), figure <= bound);
    }

    fn add(&mut self, name: String, figure: f64, wanted: String, met: bool) {
        self.0.push(Verdict {
            name,
            figure,
            wanted,
            met,
        });
    }
}

impl fmt::Display for Verdicts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for verdict in &self.0 {
            let said = if verdict.met { "met   " } else { "MISSED" };
            writeln!(
                f,
                "{said}  {:<52}{:>10.2}  (wanted {})",
                verdict.name, verdict.figure, verdict.wanted
            )?;
        }
        Ok(())
    }
}
