//! Values that no report may show, wherever a target echoes them.

use std::sync::Arc;

use http::HeaderMap;
use wirecheck_proto::wirecheck::v1::event::What;
use wirecheck_proto::wirecheck::v1::{Event, Header};

use crate::model::{Finding, Report, Verdict};

/// Bytes that a secret has at least: shorter ones are found in what has nothing to do with them, and
/// hiding those would make reports unreadable.
const SHORTEST: usize = 6;

/// What is hidden: the values of a user's headers, and each word of them, since a server may well
/// echo the token without its scheme.
#[derive(Clone, Debug, Default)]
pub(crate) struct Secrets(Vec<Vec<u8>>);

impl Secrets {
    pub(crate) fn of(headers: &HeaderMap) -> Secrets {
        let mut secrets = Vec::new();
        for value in headers.values().filter(|value| value.is_sensitive()) {
            secrets.push(value.as_bytes().to_vec());
            secrets.extend(value.as_bytes().split(u8::is_ascii_whitespace).map(<[u8]>::to_vec));
        }
        secrets.retain(|secret| secret.len() >= SHORTEST);
        // The whole value before its words.
        secrets.sort_by_key(|secret| std::cmp::Reverse(secret.len()));
        Secrets(secrets)
    }

    /// Hides them in everything that a target may have said.
    pub(crate) fn hide(&self, report: &mut Report) {
        if self.0.is_empty() {
            return;
        }
        for result in &mut report.results {
            match &mut result.verdict {
                Verdict::Pass => {}
                Verdict::Skip(text) | Verdict::Broken(text) => self.hide_in_text(text),
                Verdict::Fail(finding) | Verdict::Warn(finding) => self.hide_in_finding(finding),
            }
        }
        report.notes.iter_mut().for_each(|note| self.hide_in_text(note));
        report.broken_off.iter_mut().for_each(|text| self.hide_in_text(text));
    }

    pub(crate) fn hide_in_text(&self, text: &mut String) {
        for secret in self.0.iter().filter_map(|secret| std::str::from_utf8(secret).ok()) {
            if text.contains(secret) {
                *text = text.replace(secret, "(secret)");
            }
        }
    }

    fn hide_in_finding(&self, finding: &mut Finding) {
        let texts = [&mut finding.expected, &mut finding.actual, &mut finding.key];
        texts.into_iter().chain(&mut finding.output).for_each(|text| self.hide_in_text(text));
        if finding.trace.events.iter().any(|event| self.shows(event)) {
            let trace = Arc::make_mut(&mut finding.trace);
            trace.events.iter_mut().for_each(|event| self.hide_in_event(event));
        }
    }

    fn shows(&self, event: &Event) -> bool {
        let mut hidden = event.clone();
        self.hide_in_event(&mut hidden);
        hidden != *event
    }

    fn hide_in_event(&self, event: &mut Event) {
        match &mut event.what {
            Some(What::Headers(headers) | What::Trailers(headers)) => {
                headers.fields.iter_mut().for_each(|Header { name, value }| {
                    self.hide_in_text(name);
                    self.hide_in_bytes(value);
                });
            }
            Some(What::Message(message)) => self.hide_in_bytes(&mut message.payload),
            Some(What::Data(bytes)) => self.hide_in_bytes(bytes),
            Some(What::Record(record)) => self.hide_in_bytes(&mut record.value),
            Some(What::ConnectionLost(text) | What::Silence(text) | What::Line(text)) => {
                self.hide_in_text(text);
            }
            Some(What::HalfClose(_) | What::Reset(_) | What::Goaway(_) | What::Ping(_)) | None => {}
        }
    }

    /// Byte by byte, so that lengths and offsets stay true.
    fn hide_in_bytes(&self, bytes: &mut [u8]) {
        for secret in &self.0 {
            let mut at = 0;
            while let Some(tail) = bytes.get_mut(at..).filter(|tail| tail.len() >= secret.len()) {
                if tail.starts_with(secret) {
                    tail[..secret.len()].fill(b'*');
                    at += secret.len();
                } else {
                    at += 1;
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;
    use wirecheck_proto::wirecheck::v1::{Headers, Message, Side, Trace};

    use super::*;
    use crate::model::CheckResult;
    use crate::report::{json, junit, text};

    const WORD: &str = "s3cr3t-t0k3n";

    fn secrets() -> Secrets {
        let mut value = HeaderValue::from_static("Bearer s3cr3t-t0k3n");
        value.set_sensitive(true);
        let mut short = HeaderValue::from_static("7");
        short.set_sensitive(true);
        let headers = [("authorization", value), ("x-shard", short)];
        Secrets::of(
            &headers
                .into_iter()
                .map(|(name, value)| (http::HeaderName::from_static(name), value))
                .collect(),
        )
    }

    fn event(what: What) -> Event {
        Event { stream: 1, side: Side::Server.into(), what: Some(what), ..Event::default() }
    }

    /// Every place in which a target can put a header that it was sent.
    fn echoing() -> Report {
        let said = || format!("you sent Bearer {WORD}, 7 times");
        let fields = vec![
            Header { name: "grpc-status".to_owned(), value: b"16".to_vec() },
            Header { name: "grpc-message".to_owned(), value: said().into_bytes() },
        ];
        let events = vec![
            event(What::Headers(Headers::default())),
            event(What::Message(Message { payload: said().into_bytes(), ..Message::default() })),
            event(What::Data(said().into_bytes())),
            event(What::Trailers(Headers { fields, end_stream: true })),
            event(What::ConnectionLost(said())),
        ];
        let mut finding = Finding::new(said(), said());
        finding.output = Some(said());
        finding.trace = Arc::new(Trace { events, ..Trace::default() });
        let clause = &crate::specs::agent::clauses::JOB_MISSING;
        let result = |verdict| CheckResult {
            id: clause.id.to_owned(),
            clause,
            verdict,
            known: None,
            duration: std::time::Duration::ZERO,
            calls: 1,
        };
        let verdicts =
            [Verdict::Fail(Box::new(finding)), Verdict::Skip(said()), Verdict::Broken(said())];
        Report {
            results: verdicts.map(result).to_vec(),
            notes: vec![said()],
            broken_off: Some(said()),
            ..Report::default()
        }
    }

    #[test]
    fn no_report_shows_what_a_target_echoes() {
        let hex: String = WORD.bytes().map(|byte| format!("{byte:02x}")).collect();
        let rendered = |report: &Report| {
            [
                text::render(report, &text::Style::plain(160)),
                json::render(report),
                junit::render(report),
            ]
        };
        let mut report = echoing();
        for shown in rendered(&report) {
            assert!(shown.contains(WORD), "the report is not one that needs hiding: {shown}");
        }
        secrets().hide(&mut report);
        for shown in rendered(&report) {
            assert!(!shown.contains(WORD) && !shown.contains(&hex), "{shown}");
            assert!(shown.contains("7 times"), "too short to be told from other text: {shown}");
        }
    }

    #[test]
    fn what_shows_no_secret_is_left_alone() {
        let mut report = echoing();
        let before = text::render(&report, &text::Style::plain(80));
        Secrets::of(&HeaderMap::new()).hide(&mut report);
        assert_eq!(text::render(&report, &text::Style::plain(80)), before);
    }
}
