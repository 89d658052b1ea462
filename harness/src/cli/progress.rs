//! A bar on stderr while a run goes on, where stderr is a terminal.

use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use wirecheck::model::{CheckResult, Verdict};
use wirecheck::run::Progress;

/// The bar. Elsewhere than in a terminal it draws nothing.
pub(super) struct Bar(ProgressBar);

impl Bar {
    pub(super) fn new() -> Bar {
        let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr());
        let style = ProgressStyle::with_template("{bar:30} {pos}/{len} {msg}");
        bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
        Bar(bar)
    }

    pub(super) fn finish(&self) {
        self.0.finish_and_clear();
    }
}

impl Progress for Bar {
    fn begins(&self, checks: usize) {
        self.0.set_length(checks as u64);
        self.0.enable_steady_tick(Duration::from_millis(100));
    }

    fn judged(&self, result: &CheckResult) {
        if let Verdict::Fail(_) = result.verdict {
            self.0.set_message(format!("FAIL {}", result.id));
        }
        self.0.inc(1);
    }
}
