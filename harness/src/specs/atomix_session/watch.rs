//! Checks of ListSessions with watch.

use tokio::time::{Instant, MissedTickBehavior, interval};

use super::clauses::*;
use super::driver::{answer_to_list, discover, holds, list, listed, shown};
use super::observe::PACE;
use super::watching::{self, CANCELLED, PATIENCE, Watched};
use crate::check::{Check, Manner, Stop};
use crate::cx::Cx;
use crate::expect;
use crate::model::Finding;
use crate::status::Code;

/// Watches over which the lists before and after differ, and how many of them are to see it.
const TRIED: usize = 6;
const SEEING: usize = 3;

pub(super) const CHECKS: &[Check] = &[
    Check {
        id: "atomix-session/list/type-filters-a-watch",
        clause: &TYPE_FILTERS,
        manner: Manner::Allowed,
        needs: &[],
        drive: |cx| {
            Box::pin(async move {
                let found = discover(cx).await?;
                let Some(kind) = found.kinds.first() else {
                    return expect::skip("no listed session tells a type to watch by");
                };
                let view = found.view.unwrap_or_default();
                let before = shown(&list(cx, &view).await?);
                watching::watch(cx, kind, &view, &before).await?;
                holds(cx, &TYPE_FILTERS)
            })
        },
    },
    Check {
        id: "atomix-session/list/watch-answers",
        clause: &WATCH_ANSWERS,
        manner: Manner::Allowed,
        needs: &[],
        drive: |cx| {
            Box::pin(async move {
                let view = view(cx).await?;
                is_answered(cx, &view, "a watch").await
            })
        },
    },
    Check {
        id: "atomix-session/list/watch-sees-change",
        clause: &WATCH_SEES_CHANGE,
        manner: Manner::Allowed,
        needs: &[],
        drive: |cx| {
            Box::pin(async move {
                let view = view(cx).await?;
                let seeing = seeing(cx, &view).await?;
                let expected = format!(
                    "of {TRIED} watches over which the lists before and after differ, at least {SEEING} to answer with another list than the one before"
                );
                let actual = format!(
                    "{seeing} of {TRIED} did; the others answered with the list from before"
                );
                expect::that(seeing >= SEEING, expected, actual)
            })
        },
    },
    Check {
        id: "atomix-session/list/watch-cancel",
        clause: &WATCH_CANCEL,
        manner: Manner::Hostile,
        needs: &[],
        drive: |cx| {
            Box::pin(async move {
                let view = view(cx).await?;
                // What is to be answered afterwards has to be answered before.
                match is_answered(cx, &view, "a watch").await {
                    Err(Stop::Fail(finding)) => {
                        return expect::skip(format!(
                            "before any was cancelled, a watch brought {}",
                            finding.actual
                        ));
                    }
                    judged => judged?,
                }
                let cancelled = watching::cancel(cx, &view).await?;
                let answer = answer_to_list(cx, &view).await?;
                listed(&answer, &format!("a list after {cancelled} cancelled watches"))?;
                is_answered(cx, &view, &format!("a watch after {cancelled} cancelled ones"))
                    .await?;
                if cancelled < CANCELLED {
                    return expect::skip(format!(
                        "only {cancelled} watches could be cancelled before they ended"
                    ));
                }
                Ok(())
            })
        },
    },
];

/// The type whose list shows the sessions; that there are none is no reason not to watch.
async fn view(cx: &mut Cx) -> Result<String, Stop> {
    match discover(cx).await {
        Ok(found) => Ok(found.view.unwrap_or_default()),
        Err(Stop::Skip(_)) => Ok(String::new()),
        Err(other) => Err(other),
    }
}

/// A watch brings a list, or UNIMPLEMENTED, as long as there is something to see.
async fn is_answered(cx: &mut Cx, view: &str, what: &str) -> Result<(), Stop> {
    let before = shown(&list(cx, view).await?);
    let watched = watching::watch(cx, view, view, &before).await?;
    let Watched { answer, changed, waited, .. } = watched;
    let seconds = waited.as_secs_f64();
    match answer {
        Some(answer) if answer.end.code() == Some(Code::Unimplemented) => Ok(()),
        Some(answer) => {
            listed(&answer, &format!("{what}, unless it says UNIMPLEMENTED,")).map(drop)
        }
        None if !changed => expect::skip(format!(
            "no list changed in {seconds:.1} s, so that {what} may have had nothing to tell"
        )),
        None if waited < PATIENCE => expect::skip(format!(
            "the check's time was over after {seconds:.1} s, and a watch has five; --timeout grants more"
        )),
        None => {
            let expected =
                format!("{what} to end within 5 s with OK and a list, or with UNIMPLEMENTED");
            let actual = format!(
                "no end in {seconds:.1} s, though lists meanwhile differed from the one before"
            );
            Err(Finding::new(expected, actual).into())
        }
    }
}

/// How many of six watches that could see a change did.
async fn seeing(cx: &mut Cx, view: &str) -> Result<usize, Stop> {
    let began = Instant::now();
    let closes = cx.open_window(cx.config().atomix_session.observe);
    let granted = (cx.deadline() - began).mul_f64(0.9);
    let (mut watches, mut tried, mut seeing) = (0, 0, 0);
    let mut pace = interval(PACE);
    pace.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut before = shown(&list(cx, view).await?);
    while tried < TRIED {
        // A target that moves, only slowly, has as long as the check has.
        let elapsed = began.elapsed();
        if elapsed >= granted || Instant::now() >= closes && tried == 0 {
            return expect::skip(format!(
                "the lists before and after differed over only {tried} of {watches} watches in {:.1} s, and {TRIED} are needed; --observe grants more",
                elapsed.as_secs_f64()
            ));
        }
        pace.tick().await;
        let watched = watching::watch(cx, view, view, &before).await?;
        let Some(answer) = watched.answer else {
            return expect::skip("a watch was not answered");
        };
        if !answer.end.is_ok() {
            return expect::skip(format!("a watch brought {}", answer.end));
        }
        let told = shown(&listed(&answer, "a watch")?.sessions);
        let after = shown(&list(cx, view).await?);
        watches += 1;
        // What came about just as the watch began, it may tell as its change or take for what was before.
        let sees = told != before && told != watched.beside;
        if after != before && (sees || told == before) {
            tried += 1;
            seeing += usize::from(sees);
        }
        before = after;
    }
    Ok(seeing)
}
