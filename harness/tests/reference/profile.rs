//! The reference server passes the room of the handshake under the profile `p256` too.

use std::collections::BTreeMap;
use std::time::Duration;

use wirecheck::Conformance;
use wirecheck::config::{Config, Profile};
use wirecheck::model::Verdict;
use wirecheck_reference::Faults;

#[test]
fn under_p256_everything_passes_but_what_is_of_ed25519() {
    let mut config = Config::default();
    config.neofs_session.profile = Profile::P256;
    let run = Conformance::of_reference(Faults::default()).rooms(["neofs-session"]).config(config);
    // For a machine that is busy with other tests.
    let run = run.strict(true).timeout(Duration::from_secs(30));
    let report = run.run_blocking().expect("the reference answers");
    report.assert_passed();
    let mut skipped = BTreeMap::new();
    for result in &report.results {
        match &result.verdict {
            Verdict::Pass => {}
            Verdict::Skip(reason) => {
                skipped.insert(result.id.as_str(), reason.split(':').next().unwrap_or_default());
            }
            other => panic!("{}: {other:?}", result.id),
        }
    }
    let of_ed25519 = "the clause speaks of the profile ed25519 alone";
    let expected = BTreeMap::from([
        (
            "neofs-session/envelope/meta-and-verify-accepted",
            "under the profile p256 Verify carries the owner's key, so none is without Signatures",
        ),
        ("neofs-session/signature/malleable-signature", of_ed25519),
        ("neofs-session/signature/small-order-owner", of_ed25519),
    ]);
    assert_eq!(skipped, expected);
}
