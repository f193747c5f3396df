//! The stages that a run has completed.

/// In order of completion, each once.
#[derive(Debug, Default)]
pub(super) struct Stages(Vec<String>);

impl Stages {
    pub(super) fn completed(&mut self, stage: &str) {
        if !self.0.iter().any(|known| known == stage) {
            self.0.push(stage.to_owned());
        }
    }

    pub(super) fn into_names(self) -> Vec<String> {
        self.0
    }
}
