//! The runtime's sessions as a client sees them: they move by themselves, and a watch tells when.

use std::time::Duration;

use tonic::Code;
use tonic::transport::Channel;
use wirecheck_proto::atomix::runtime::v1::session_service_client::SessionServiceClient;
use wirecheck_proto::atomix::runtime::v1::{
    GetSessionRequest, ListSessionsRequest, ListSessionsResponse, Session, SessionId,
};
use wirecheck_reference::{Config, Fault, Faults};

use crate::stream::start;

fn client(channel: &Channel) -> SessionServiceClient<Channel> {
    SessionServiceClient::new(channel.clone())
}

async fn list(channel: &Channel, kind: &str, watch: bool) -> Result<Vec<Session>, tonic::Status> {
    let request = ListSessionsRequest { r#type: kind.to_owned(), watch };
    let answer = client(channel).list_sessions(request).await?;
    let ListSessionsResponse { sessions } = answer.into_inner();
    Ok(sessions)
}

#[tokio::test]
async fn sessions_move_and_a_watch_tells_when() {
    let (server, channel) = start(Config::default()).await;
    for _ in 0..3 {
        let before = list(&channel, "", false).await.expect("a list");
        let watched = list(&channel, "", true).await.expect("a watch");
        assert_ne!(before, watched);
    }
    let nobody = list(&channel, "nobody's", true).await;
    assert_eq!(nobody.expect("due after a second"), []);
    server.stop().await;
}

#[tokio::test]
async fn a_session_is_got_by_its_id_and_unknown_ones_are_not() {
    let slow = Config { tick: Duration::from_secs(3_600), ..Config::default() };
    let (_server, channel) = start(slow).await;
    let listed = list(&channel, "", false).await.expect("a list").remove(0);
    let session_id = listed.meta.clone().and_then(|meta| meta.id);
    let request = GetSessionRequest { session_id };
    let got = client(&channel).get_session(request).await;
    assert_eq!(got.expect("it is listed").into_inner().session, Some(listed));
    let nobody = SessionId { name: "nobody".to_owned(), primitive: None };
    for (session_id, code) in [(Some(nobody), Code::NotFound), (None, Code::InvalidArgument)] {
        let request = GetSessionRequest { session_id };
        let refused = client(&channel).get_session(request).await;
        assert_eq!(refused.expect_err("no such session").code(), code);
    }
}

#[tokio::test]
async fn the_same_seed_starts_the_same_sessions() {
    let config = |seed| Config {
        seed: Some(seed),
        tick: Duration::from_secs(3_600),
        live_sessions: 3,
        ..Config::default()
    };
    let mut lists = Vec::new();
    for seed in [1, 1, 2] {
        let (_server, channel) = start(config(seed)).await;
        lists.push(list(&channel, "", false).await.expect("a list"));
    }
    assert_eq!(lists[0], lists[1]);
    assert_ne!(lists[0], lists[2]);
}

#[tokio::test]
async fn cancelled_watches_give_their_places_back_but_for_the_fault() {
    for (faults, leaks) in
        [(Faults::default(), false), (Faults::from_iter([Fault::LeaksCancelledWatches]), true)]
    {
        let (_server, channel) = start(Config { faults, ..Config::default() }).await;
        let cancel = async || {
            let brief = Duration::from_millis(1);
            let _ = tokio::time::timeout(brief, list(&channel, "nobody's", true)).await;
        };
        for _ in 0..100 {
            cancel().await;
        }
        // The last resets may be on their way yet, and not every watch may have got there.
        let last = async {
            while list(&channel, "", true).await.is_err() != leaks {
                cancel().await;
            }
        };
        let came = tokio::time::timeout(Duration::from_secs(10), last).await;
        came.expect("it comes to that");
        list(&channel, "", false).await.expect("lists go on");
    }
}

#[tokio::test]
async fn a_stop_ends_a_watch_that_nothing_answers() {
    let (server, channel) = start(Config {
        faults: Faults::from_iter([Fault::NeverAnswersWatch]),
        ..Config::default()
    })
    .await;
    let watch = tokio::spawn({
        let channel = channel.clone();
        async move { list(&channel, "", true).await }
    });
    list(&channel, "", false).await.expect("a list");
    server.stop().await;
    let status = watch.await.expect("no panic").expect_err("never answered");
    assert_eq!(status.code(), Code::Unavailable);
}
