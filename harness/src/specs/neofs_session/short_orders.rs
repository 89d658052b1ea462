//! The check of every short order, and of requests with both members of the oneof.

use rand::Rng as _;
use wirecheck_proto::wirecheck::v1::Script;

use super::clauses::{EVERY_SHORT_ORDER, LAST_ONEOF_MEMBER_WINS};
use super::driver::{Client, FirstHalf, Handshake, Heard, twin, unmet};
use super::oracle::{self, Breach};
use super::scripts::{Word, every_order, script};
use super::stimulus::ended;
use super::token::joined;
use crate::check::{Check, Manner, Stop};
use crate::cx::Cx;
use crate::expect;
use crate::model::Finding;
use crate::play::play_together;

/// How many orders are played at once, where the server allows as many streams.
const TOGETHER: usize = 32;

pub(super) const CHECKS: &[Check] = &[
    Check {
        id: "neofs-session/order/every-short-order",
        clause: &EVERY_SHORT_ORDER,
        manner: Manner::Refusal,
        needs: &[],
        drive: |cx| Box::pin(play_every_order(cx)),
    },
    Check {
        id: "neofs-session/order/last-oneof-member-wins",
        clause: &LAST_ONEOF_MEMBER_WINS,
        manner: Manner::Allowed,
        needs: &[],
        drive: |cx| {
            Box::pin(async move {
                twin(cx, &[]).await?;
                let client = Client::new(cx);
                let (init, signed) = (client.init(&[], cx), client.made_up(cx));
                let mut handshake = Handshake::open(cx).await?;
                handshake.0.send_payload(&joined(signed, &init));
                let unsigned =
                    handshake.unsigned("one request with Signed and then Init on the wire").await?;
                let signed = client.signed(&unsigned, &[], cx);
                handshake.0.send_payload(&joined(init, &signed));
                handshake
                    .result("one request with Init and then the valid Signed on the wire")
                    .await
                    .map(drop)
            })
        },
    },
    Check {
        id: "neofs-session/order/last-oneof-member-wins-where-refused",
        clause: &LAST_ONEOF_MEMBER_WINS,
        manner: Manner::Refusal,
        needs: &[],
        drive: |cx| {
            Box::pin(async move {
                twin(cx, &[]).await?;
                let client = Client::new(cx);
                let (init, signed) = (client.init(&[], cx), client.made_up(cx));
                let mut opening = Handshake::open(cx).await?;
                opening.0.send_payload(&joined(init.clone(), &signed));
                let heard = Heard::of(&opening.0.finish().await);
                let defect = "a first request with Init and then Signed on the wire";
                heard.nothing(defect)?;
                ended(cx, &heard.end, defect)?;

                let (mut handshake, unsigned) =
                    Handshake::begin(cx, &client).await.map_err(unmet)?;
                let signed = client.signed(&unsigned, &[], cx);
                handshake.0.send_payload(&joined(signed, &init));
                let heard = Heard::of(&handshake.0.finish().await);
                let defect = "a second request with the valid Signed and then Init on the wire";
                heard.nothing(defect)?;
                ended(cx, &heard.end, defect)
            })
        },
    },
];

/// Each order on a stream of its own, all of them judged by the oracle.
async fn play_every_order(cx: &mut Cx) -> Result<(), Stop> {
    twin(cx, &[]).await?;
    let before = cx.recorder().streams();
    // What the server allows is known once it has answered something.
    let together = cx.connection().await?.stream_cap().clamp(1, TOGETHER);
    let time = FirstHalf::of(cx);
    let orders = every_order();
    let mut scripts: Vec<Script> = Vec::with_capacity(orders.len());
    let mut late = None;
    for orders_together in orders.chunks(together) {
        late = time.is_over(scripts.len(), orders.len());
        if late.is_some() {
            break;
        }
        let played = scripts.len();
        for order in orders_together {
            let seed = cx.rng().next_u64();
            let check = EVERY_SHORT_ORDER.id.to_owned();
            scripts.push(Script { check, ..script(order, seed) });
        }
        let mut calls = play_together(cx, &scripts[played..]).await?;
        let deadline = cx.deadline();
        expect::settled(cx.connection().await?, &mut calls, deadline).await;
    }
    if let Err(breach) = oracle::judge_arrivals(&cx.recorder().trace()) {
        return Err(told(*breach, before, &orders, scripts));
    }
    if let Some(why) = cx.connection().await?.lost() {
        return Err(Stop::Broken(format!("the connection did not last for all orders: {why}")));
    }
    late.map_or(Ok(()), expect::skip)
}

/// The finding, with the order that shows it; `before` streams were opened before the first order's.
fn told(breach: Breach, before: usize, orders: &[Vec<Word>], mut scripts: Vec<Script>) -> Stop {
    let Finding { expected, actual, marks, .. } = breach.finding;
    let place = (breach.stream as usize).checked_sub(before + 1);
    let Some(place) = place.filter(|place| *place < scripts.len()) else {
        return Stop::Skip(format!("the right handshake before it went wrong: {actual}"));
    };
    let words: Vec<_> = orders[place].iter().map(|word| word.name()).collect();
    let expected = format!("for the client order {}: {expected}", words.join(", "));
    let mut finding = Finding::new(expected, actual).marking(marks);
    finding.script = Some(scripts.swap_remove(place));
    finding.into()
}
