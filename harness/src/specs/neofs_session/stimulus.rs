//! Conversations with one defect each, and what may not come of them.

use wirecheck_proto::session::create_response::Message as Response;
use wirecheck_proto::session::{CreateRequest, CreateResponse};

use super::change::Change;
use super::driver::{Client, FirstHalf, Handshake, Heard, fit, twin, unmet};
use super::owner::Owner;
use super::profile::Profile;
use crate::check::Stop;
use crate::client::Incoming;
use crate::cx::Cx;
use crate::expect;
use crate::status::{Code, End};

/// A conversation that is right but for one thing, and goes on behind it as if nothing were.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stimulus {
    /// A made-up token, validly signed, opens the stream.
    SignedFirst,
    /// The Signed that another stream is waiting for opens this one.
    OthersSignedFirst,
    /// Init again where Signed is due.
    SecondInit,
    /// A request whose oneof is unset where Init is due.
    EmptyFirst,
    /// A request whose oneof is unset where Signed is due.
    EmptySecond,
    /// A changed Init.
    Init(Change),
    /// A changed Signed.
    Signed(Change),
    /// The neutral element as owner, in its canonical encoding or above the field's prime.
    SmallOrderOwner { above_the_prime: bool },
    /// The Signed of another stream that got the same Init and waits for it still.
    ReplayAcrossStreams,
    /// The same of another connection.
    ReplayAcrossConnections,
    /// The Signed of a session with the same Init that got its Result.
    ReplayAfterResult,
}

impl Stimulus {
    /// The defect, as a finding names it.
    pub(super) fn defect(self) -> String {
        match self {
            Stimulus::SignedFirst => "Signed as the first message".to_owned(),
            Stimulus::OthersSignedFirst => {
                "Signed as the first message, for another stream's Unsigned".to_owned()
            }
            Stimulus::SecondInit => "Init as the second message".to_owned(),
            Stimulus::EmptyFirst => "an empty message as the first".to_owned(),
            Stimulus::EmptySecond => "an empty message as the second".to_owned(),
            Stimulus::Init(change) => format!("Init with {change}"),
            Stimulus::Signed(change) => format!("Signed with {change}"),
            Stimulus::SmallOrderOwner { above_the_prime: false } => {
                "an OwnerID of small order, the neutral element".to_owned()
            }
            Stimulus::SmallOrderOwner { above_the_prime: true } => {
                "an OwnerID of small order, the neutral element encoded with y = p + 1".to_owned()
            }
            Stimulus::ReplayAcrossStreams => {
                "the Signed of another stream with the same Init".to_owned()
            }
            Stimulus::ReplayAcrossConnections => {
                "the Signed of a stream of another connection with the same Init".to_owned()
            }
            Stimulus::ReplayAfterResult => {
                "the Signed of a finished session with the same Init".to_owned()
            }
        }
    }

    /// What the same conversation has without the defect.
    fn twin(self) -> &'static [Change] {
        match self {
            Stimulus::Init(Change::Ttl(_)) | Stimulus::Signed(Change::Ttl(_)) => &[Change::Ttl(1)],
            _ => &[],
        }
    }

    /// Plays it, and gives what came after the defect.
    pub(super) async fn drive(self, cx: &mut Cx) -> Result<Heard, Stop> {
        let client = Client::new(cx);
        match self {
            Stimulus::SignedFirst => {
                let signed = client.made_up(cx);
                first(cx, &client, &signed).await
            }
            Stimulus::OthersSignedFirst => {
                let (_other, unsigned) = Handshake::begin(cx, &client).await.map_err(unmet)?;
                let signed = client.signed(&unsigned, &[], cx);
                first(cx, &client, &signed).await
            }
            Stimulus::EmptyFirst => first(cx, &client, &client.empty()).await,
            Stimulus::SecondInit => {
                let again = client.init(&[], cx);
                second(cx, &client, again).await
            }
            Stimulus::EmptySecond => second(cx, &client, client.empty()).await,
            Stimulus::Init(change) => {
                fit(cx, &[change])?;
                changed_init(cx, &client, &[change]).await
            }
            Stimulus::SmallOrderOwner { above_the_prime } => {
                if client.owner.profile() != Profile::Ed25519 {
                    return expect::skip(
                        "the clause speaks of the profile ed25519 alone: a curve of prime order has no such keys",
                    );
                }
                let owner = Owner::of_small_order(cx.rng(), above_the_prime);
                let client = Client::of(owner, cx);
                changed_init(cx, &client, &[]).await
            }
            Stimulus::Signed(change) => {
                fit(cx, &[change])?;
                changed_signed(cx, &client, change).await
            }
            Stimulus::ReplayAcrossStreams => {
                let (_other, unsigned) = Handshake::begin(cx, &client).await.map_err(unmet)?;
                let signed = client.signed(&unsigned, &[], cx);
                replay(cx, &client, &signed).await
            }
            Stimulus::ReplayAcrossConnections => across_connections(cx, &client).await,
            Stimulus::ReplayAfterResult => {
                let (mut other, unsigned) = Handshake::begin(cx, &client).await.map_err(unmet)?;
                let signed = client.signed(&unsigned, &[], cx);
                other.complete(&client, &unsigned, cx).await.map_err(unmet)?;
                replay(cx, &client, &signed).await
            }
        }
    }
}

/// This message, and Init and the half-close right behind it.
async fn first(cx: &mut Cx, client: &Client, request: &CreateRequest) -> Result<Heard, Stop> {
    let mut handshake = Handshake::open(cx).await?;
    handshake.send(request);
    handshake.send(&client.init(&[], cx));
    Ok(Heard::of(&handshake.0.finish().await))
}

/// This message after Unsigned, and the right Signed and the half-close behind it.
async fn second(cx: &mut Cx, client: &Client, request: CreateRequest) -> Result<Heard, Stop> {
    let (mut handshake, unsigned) = Handshake::begin(cx, client).await.map_err(unmet)?;
    handshake.send(&request);
    handshake.send(&client.signed(&unsigned, &[], cx));
    Ok(Heard::of(&handshake.0.finish().await))
}

/// A changed Init; where Unsigned comes of it all the same, the right Signed for that.
async fn changed_init(cx: &mut Cx, client: &Client, changes: &[Change]) -> Result<Heard, Stop> {
    let mut handshake = Handshake::open(cx).await?;
    handshake.send(&client.init(changes, cx));
    let answer = handshake.0.next().await;
    if let Incoming::Message(message) = &answer
        && let Ok(response) = message.read::<CreateResponse>()
        && let Some(Response::Unsigned(unsigned)) = &response.message
    {
        handshake.send(&client.signed(unsigned, &[], cx));
    }
    handshake.0.half_close();
    Ok(Heard::from(answer, &mut handshake.0).await)
}

/// A changed Signed, where the change makes one.
async fn changed_signed(cx: &mut Cx, client: &Client, change: Change) -> Result<Heard, Stop> {
    let (mut handshake, unsigned) = Handshake::begin(cx, client).await.map_err(unmet)?;
    let changed = client.signed(&unsigned, &[change], cx);
    if !change.is_of_a_signature() && changed == client.signed(&unsigned, &[], cx) {
        return expect::skip(format!(
            "Unsigned is such that Signed with {change} is the right one"
        ));
    }
    handshake.send(&changed);
    Ok(Heard::of(&handshake.0.finish().await))
}

/// This Signed on a new stream of the same client.
async fn replay(cx: &mut Cx, client: &Client, signed: &CreateRequest) -> Result<Heard, Stop> {
    let (mut handshake, _) = Handshake::begin(cx, client).await.map_err(unmet)?;
    handshake.send(signed);
    Ok(Heard::of(&handshake.0.finish().await))
}

async fn across_connections(cx: &mut Cx, client: &Client) -> Result<Heard, Stop> {
    let (_other, unsigned) = Handshake::begin(cx, client).await.map_err(unmet)?;
    let signed = client.signed(&unsigned, &[], cx);
    let another = cx.connect().await?;
    let mut handshake = Handshake::open_on(&another, cx).await;
    handshake.send(&client.init(&[], cx));
    handshake.unsigned("Init").await.map_err(unmet)?;
    handshake.send(&signed);
    Ok(Heard::of(&handshake.0.finish().await))
}

/// Each of these is refused, and brings neither Unsigned nor Result from the defect on.
pub(super) async fn refused(cx: &mut Cx, stimuli: &[Stimulus]) -> Result<(), Stop> {
    each(cx, stimuli, |_, heard, defect| {
        heard.nothing(defect)?;
        expect::refused(&heard.end, defect)
    })
    .await
}

/// None of these brings Result.
pub(super) async fn no_result(cx: &mut Cx, stimuli: &[Stimulus]) -> Result<(), Stop> {
    each(cx, stimuli, |cx, heard, defect| {
        heard.no_result(defect)?;
        ended(cx, &heard.end, defect)
    })
    .await
}

/// Each of these that is refused is refused with one of these codes.
pub(super) async fn coded(cx: &mut Cx, stimuli: &[Stimulus], codes: &[Code]) -> Result<(), Stop> {
    each(cx, stimuli, |_, heard, defect| expect::code(&heard.end, codes, defect)).await
}

/// Drives and judges each, behind the right conversations that they are but for their defects. One
/// that cannot be judged is left out; where none can, neither can the clause.
pub(super) async fn each(
    cx: &mut Cx,
    stimuli: &[Stimulus],
    judge: impl Fn(&mut Cx, &Heard, &str) -> Result<(), Stop>,
) -> Result<(), Stop> {
    let mut twins: Vec<&[Change]> = Vec::new();
    for stimulus in stimuli {
        if !twins.contains(&stimulus.twin()) {
            twin(cx, stimulus.twin()).await?;
            twins.push(stimulus.twin());
        }
    }
    let time = FirstHalf::of(cx);
    let mut judged = 0;
    let mut reason = "there is nothing to drive".to_owned();
    for (done, stimulus) in stimuli.iter().enumerate() {
        if let Some(late) = time.is_over(done, stimuli.len()) {
            return expect::skip(late);
        }
        let heard = stimulus.drive(cx).await;
        match heard.and_then(|heard| judge(cx, &heard, &stimulus.defect())) {
            Ok(()) => judged += 1,
            Err(Stop::Skip(why)) => reason = why,
            Err(stop) => return Err(stop),
        }
    }
    if judged == 0 { expect::skip(reason) } else { Ok(()) }
}

/// The stream has ended. An end with OK is left to the clause about incomplete handshakes, and
/// told in passing.
pub(super) fn ended(cx: &mut Cx, end: &End, defect: &str) -> Result<(), Stop> {
    if !end.is_ok() {
        return expect::refused(end, defect);
    }
    let expected = format!("a status other than OK after {defect}");
    cx.warn(expected, format!("no Result, but {end}"));
    Ok(())
}
