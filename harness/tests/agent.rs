//! The agent room against the embedded reference.
#![cfg(feature = "embedded")]

use std::time::Duration;

use wirecheck::catalogue;
use wirecheck::cx::Settings;
use wirecheck::known::Known;
use wirecheck::model::Verdict;
use wirecheck::run::{Options, Silent, run};
use wirecheck::target::Target;
use wirecheck_reference::Faults;

#[tokio::test]
async fn the_reference_passes_everything() {
    let settings = Settings {
        seed: 7,
        timeout: Duration::from_secs(5),
        observe: Duration::from_secs(1),
        ..Settings::default()
    };
    let options = Options {
        settings,
        jobs: 8,
        budget: Duration::from_secs(60),
        strict: true,
        allow_destructive: false,
        fail_fast: false,
        known: Known::default(),
    };
    let room = catalogue::select(&["agent"]).expect("the room has checks");
    let target = Target::Embedded(Faults::default());
    let report = run(&target, &room, &options, &Silent).await.expect("the reference starts");
    for result in &report.results {
        assert_eq!(result.verdict, Verdict::Pass, "{}", result.id);
    }
}
