//! A battery's verdict as terminal text, JSON and JUnit.

use std::fmt::Write;

use serde_json::{Value, json};

use crate::checks::{Standing, Verdict};
use crate::contract::counted;
use crate::harness::battery::BatteryReport;

/// One line for each check, then the evidence of the broken ones, then a sentence.
pub fn battery_text(report: &BatteryReport) -> String {
    let mut text = String::new();
    for verdict in &report.verdicts {
        let mark = match verdict.standing {
            Standing::Held => "✓",
            Standing::Broken => "✗",
            _ => "·",
        };
        // Writing to a string cannot fail.
        let _ = writeln!(text, "  {mark} {:<34} {}", verdict.id, verdict.asserts);
    }
    let of = |standing| {
        let verdicts = report.verdicts.iter();
        verdicts.filter(move |verdict| verdict.standing == standing)
    };
    let section = |text: &mut String, title: &str, verdicts: Vec<&Verdict>| {
        if verdicts.is_empty() {
            return;
        }
        let _ = writeln!(text, "\n{title}");
        for verdict in verdicts {
            let _ = writeln!(
                text,
                "  {} ({:?}): {}\n      seen: {}",
                verdict.id,
                verdict.severity,
                verdict.asserts,
                one_line(&verdict.evidence)
            );
        }
    };
    section(&mut text, "broken", of(Standing::Broken).collect());
    section(&mut text, "not judged", of(Standing::NotJudged).collect());
    let (held, broken, open) = (
        of(Standing::Held).count(),
        of(Standing::Broken).count(),
        of(Standing::NotJudged).count(),
    );
    let _ = write!(
        text,
        "\n{held} of {} promises kept, {broken} broken, {open} not judged, in {} and {:.1} s",
        report.verdicts.len(),
        counted(report.took.len(), "scenario"),
        report.lasted.as_secs_f64()
    );
    text
}

/// `{kept, broken, not_judged, seconds, checks, scenarios}`.
pub fn battery_json(report: &BatteryReport) -> Value {
    let count = |standing| {
        let verdicts = report.verdicts.iter();
        verdicts
            .filter(|verdict| verdict.standing == standing)
            .count()
    };
    let scenarios: Vec<_> = report
        .took
        .iter()
        .map(|(scenario, took)| {
            json!({
                "id": scenario,
                "description": scenario.description(),
                "seconds": took.as_secs_f64(),
            })
        })
        .collect();
    json!({
        "kept": count(Standing::Held),
        "broken": count(Standing::Broken),
        "not_judged": count(Standing::NotJudged),
        "seconds": report.lasted.as_secs_f64(),
        "checks": report.verdicts,
        "scenarios": scenarios,
    })
}

/// JUnit's XML, as CI systems read it: a test case for each check, in a suite for each family.
pub fn battery_junit(report: &BatteryReport) -> String {
    let mut families: Vec<(&str, Vec<&Verdict>)> = Vec::new();
    for verdict in &report.verdicts {
        let family = verdict.id.split('.').next().unwrap_or_default();
        match families.iter_mut().find(|(name, _)| *name == family) {
            Some((_, verdicts)) => verdicts.push(verdict),
            None => families.push((family, vec![verdict])),
        }
    }
    let mut xml = String::from(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"kai-e2e check\">\n",
    );
    for (family, verdicts) in families {
        let of = |standing| verdicts.iter().filter(|it| it.standing == standing).count();
        let _ = writeln!(
            xml,
            "  <testsuite name=\"{}\" tests=\"{}\" failures=\"{}\" skipped=\"{}\">",
            escaped(family),
            verdicts.len(),
            of(Standing::Broken),
            of(Standing::NotJudged)
        );
        for verdict in verdicts {
            let _ = write!(
                xml,
                "    <testcase classname=\"{}\" name=\"{}\">",
                escaped(family),
                escaped(verdict.id)
            );
            let _ = match verdict.standing {
                Standing::Held => write!(
                    xml,
                    "<system-out>{}</system-out>",
                    escaped(&verdict.evidence)
                ),
                Standing::Broken => write!(
                    xml,
                    "<failure message=\"{}\">{}</failure>",
                    escaped(verdict.asserts),
                    escaped(&verdict.evidence)
                ),
                _ => write!(xml, "<skipped message=\"{}\"/>", escaped(&verdict.evidence)),
            };
            xml.push_str("</testcase>\n");
        }
        xml.push_str("  </testsuite>\n");
    }
    xml.push_str("</testsuites>");
    xml
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Text as XML has it; characters that XML cannot hold become a question mark (XML 1.0, 2.2).
fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\n' => safe.push_str("&#10;"),
            '\t' => safe.push_str("&#9;"),
            c if c.is_control() || matches!(c, '\u{fffe}' | '\u{ffff}') => safe.push('?'),
            c => safe.push(c),
        }
    }
    safe
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::checks::{Evidence, Scenario, Severity};

    fn report() -> BatteryReport {
        let verdict = |id, standing, evidence: &str| Verdict {
            id,
            asserts: "a run has exactly one done",
            severity: Severity::Critical,
            standing,
            evidence: evidence.to_owned(),
        };
        BatteryReport {
            evidence: Evidence::default(),
            verdicts: vec![
                verdict(
                    "stream.done-once",
                    Standing::Broken,
                    "event 9 (done):\n\"<&\u{1}\"",
                ),
                verdict("stream.fields", Standing::Held, "9 events"),
                verdict("process.stops-in-order", Standing::NotJudged, "not started"),
            ],
            took: vec![(Scenario::Answered, Duration::from_millis(1400))],
            lasted: Duration::from_millis(1500),
        }
    }

    #[test]
    fn people_see_a_line_for_each_check_and_the_evidence_of_the_broken_ones() {
        assert_eq!(
            battery_text(&report()),
            "  ✗ stream.done-once                   a run has exactly one done
  ✓ stream.fields                      a run has exactly one done
  · process.stops-in-order             a run has exactly one done

broken
  stream.done-once (Critical): a run has exactly one done
      seen: event 9 (done): \"<&\u{1}\"

not judged
  process.stops-in-order (Critical): a run has exactly one done
      seen: not started

1 of 3 promises kept, 1 broken, 1 not judged, in 1 scenario and 1.5 s"
        );
    }

    #[test]
    fn junit_is_well_formed_whatever_the_evidence_holds() {
        let xml = battery_junit(&report());
        assert!(
            xml.contains("<testsuite name=\"stream\" tests=\"2\" failures=\"1\" skipped=\"0\">"),
            "{xml}"
        );
        assert!(
            xml.contains("event 9 (done):&#10;&quot;&lt;&amp;?&quot;</failure>"),
            "{xml}"
        );
        assert!(xml.contains("<skipped message=\"not started\"/>"), "{xml}");
    }

    #[test]
    fn json_counts_and_lists() {
        let json = battery_json(&report());
        assert_eq!(
            (&json["kept"], &json["broken"], &json["not_judged"]),
            (&json!(1), &json!(1), &json!(1))
        );
        assert_eq!(json["checks"][0]["id"], "stream.done-once");
        assert_eq!(json["scenarios"][0]["id"], "answered");
    }
}
