//! No variant is without a sentence, and none shows how the program calls it inside.

use super::*;
use crate::sim::PeerReason;
use crate::sim::nginx::Method;

const DB_ERRORS: [DbError; 7] = [
    DbError::Refused,
    DbError::ConnectTimeout,
    DbError::Lost,
    DbError::ReadTimeout,
    DbError::TooManyConnections,
    DbError::ReadOnly,
    DbError::NoServer,
];

const ANSWERS: [Answer; 9] = [
    Answer::Page,
    Answer::Status(418),
    Answer::Delay(70),
    Answer::Close,
    Answer::Reset,
    Answer::Partial,
    Answer::Garbage,
    Answer::ShortBody,
    Answer::Held,
];

/// The variant after this one, so that the compiler finds a new one that is missing here.
fn after(decision: Decision) -> Option<Decision> {
    let server = process("web-02/nginx");
    Some(match decision {
        Decision::Sent => Decision::Returned,
        Decision::Returned => Decision::Refused,
        Decision::Refused => Decision::Reset,
        Decision::Reset => Decision::NoAnswer,
        Decision::NoAnswer => Decision::Dropped,
        Decision::Dropped => Decision::Rejected,
        Decision::Rejected => Decision::Connected,
        Decision::Connected => Decision::TlsHandshake,
        Decision::TlsHandshake => Decision::BadCertificate,
        Decision::BadCertificate => Decision::Redirected,
        Decision::Redirected => Decision::AskAgain,
        Decision::AskAgain => Decision::CacheHit { ttl_s: 7 },
        Decision::CacheHit { .. } => Decision::JoinedQuestion,
        Decision::JoinedQuestion => Decision::RootReferral,
        Decision::RootReferral => Decision::ComReferral,
        Decision::ComReferral => Decision::AuthorityAnswer { ttl_s: 60 },
        Decision::AuthorityAnswer { .. } => Decision::AuthoritySilent,
        Decision::AuthoritySilent => Decision::ServFail,
        Decision::ServFail => Decision::NoAddress,
        Decision::NoAddress => Decision::Picked { server, why: PickReason::Retry },
        Decision::Picked { .. } => Decision::Queued,
        Decision::Queued => Decision::WaitToRetry { server, retry: 1 },
        Decision::WaitToRetry { .. } => Decision::PassedOn,
        Decision::PassedOn => Decision::NoServer,
        Decision::NoServer => Decision::Failed { status: 502 },
        Decision::Failed { .. } => Decision::ServedFile,
        Decision::ServedFile => Decision::Proxied,
        Decision::Proxied => Decision::TriesPeer { server, why: PeerReason::Next },
        Decision::TriesPeer { .. } => Decision::PeerFailed { status: 504, left_out: true },
        Decision::PeerFailed { .. } => Decision::WaitedForWorker,
        Decision::WaitedForWorker => Decision::AsksDatabase { server, why: DbChoice::Fallback },
        Decision::AsksDatabase { .. } => Decision::DatabaseFailed(DbError::Lost),
        Decision::DatabaseFailed(_) => Decision::Answered { version: 3 },
        Decision::Answered { .. } => Decision::Scripted(ANSWERS[0]),
        Decision::Scripted(answer) => {
            let place = ANSWERS.iter().position(|other| *other == answer).expect("the list is complete");
            ANSWERS.get(place + 1).map_or(Decision::WaitedForThread, |next| Decision::Scripted(*next))
        }
        Decision::WaitedForThread => Decision::ReadRows { newest: 3, missed: 0 },
        Decision::ReadRows { .. } => Decision::StoredRow { row: 9 },
        Decision::StoredRow { .. } => Decision::Denied(DbError::ReadOnly),
        Decision::Denied(_) => return None,
    })
}

fn cause_after(cause: Cause) -> Option<Cause> {
    Some(match cause {
        Cause::File => Cause::NoFile,
        Cause::NoFile => Cause::FilePosted,
        Cause::FilePosted => Cause::Page,
        Cause::Page => Cause::NotHttp,
        Cause::NotHttp => Cause::BodyCut,
        Cause::BodyCut => Cause::Rows { newest: 0, missed: 0 },
        Cause::Rows { newest: 0, .. } => Cause::Rows { newest: 5, missed: 0 },
        Cause::Rows { missed: 0, .. } => Cause::Rows { newest: 5, missed: 3 },
        Cause::Rows { .. } => Cause::Stored { row: 5 },
        Cause::Stored { .. } => Cause::Database(DB_ERRORS[0]),
        Cause::Database(error) => {
            let place = DB_ERRORS.iter().position(|other| *other == error).expect("the list is complete");
            DB_ERRORS.get(place + 1).map_or(Cause::NoLiveUpstream, |next| Cause::Database(*next))
        }
        Cause::NoLiveUpstream => Cause::AppRefused,
        Cause::AppRefused => Cause::AppReset,
        Cause::AppReset => Cause::AppConnectTimeout,
        Cause::AppConnectTimeout => Cause::AppTimeout,
        Cause::AppTimeout => Cause::NoServer,
        Cause::NoServer => Cause::ServerRefused,
        Cause::ServerRefused => Cause::ServerConnectTimeout,
        Cause::ServerConnectTimeout => Cause::ServerReset,
        Cause::ServerReset => Cause::ServerNotHttp,
        Cause::ServerNotHttp => Cause::ServerWentDown,
        Cause::ServerWentDown => Cause::ServerTimeout,
        Cause::ServerTimeout => Cause::QueueTimeout,
        Cause::QueueTimeout => Cause::DnsSilent,
        Cause::DnsSilent => Cause::DnsRefused,
        Cause::DnsRefused => Cause::DnsServFail,
        Cause::DnsServFail => Cause::DnsNoAddress,
        Cause::DnsNoAddress => Cause::Redirected,
        Cause::Redirected => Cause::CertificateExpired,
        Cause::CertificateExpired => Cause::AddressUnused,
        Cause::AddressUnused => Cause::AddressMoved,
        Cause::AddressMoved => Cause::ConnectTimeout,
        Cause::ConnectTimeout => Cause::ConnectRefused,
        Cause::ConnectRefused => Cause::ConnectionReset,
        Cause::ConnectionReset => Cause::ResponseTimeout,
        Cause::ResponseTimeout => Cause::NoPort,
        Cause::NoPort => Cause::BrowserClosed,
        Cause::BrowserClosed => Cause::Stopped,
        Cause::Stopped => return None,
    })
}

/// Sentences end in a full stop and contain no name of the program's own, such as `CacheHit` or `ProcessId(3)`.
#[track_caller]
fn check_is_prose(sentence: &str) {
    assert!(sentence.ends_with('.') && !sentence.ends_with(".."), "{sentence}");
    let plain = sentence.replace("MySQL", "Mysql").replace("HAProxy", "Haproxy");
    let inside_word = |pair: &[char]| pair[0].is_lowercase() && pair[1].is_uppercase();
    assert!(!plain.chars().collect::<Vec<_>>().windows(2).any(inside_word), "{sentence}");
    assert!(!plain.contains(['{', '}', '<', '_']) || names_a_directive(&plain), "{sentence}");
    assert!(!plain.contains("::") && !plain.contains("  "), "{sentence}");
}

/// Directives keep their underscores.
fn names_a_directive(sentence: &str) -> bool {
    ["proxy_", "max_", "least_conn", "ip_hash", "fail_timeout", "$request_uri"]
        .iter()
        .any(|name| sentence.contains(name))
}

#[test]
fn every_decision_has_a_sentence_at_every_place() {
    let wiring = wiring();
    let mut places: Vec<Place> = wiring.ids().map(Place::Process).collect();
    for link in (0..wiring.links.len()).map(LinkId::from) {
        places.extend([false, true].map(|back| Place::Link { link, back }));
    }
    let all = std::iter::successors(Some(Decision::Sent), |decision| after(*decision));
    for decision in all {
        for place in &places {
            check_is_prose(&crate::text::explain::decision(&wiring, &span(*place, decision)));
        }
    }
}

#[test]
fn every_algorithm_error_and_choice_has_a_sentence() {
    let wiring = wiring();
    let server = process("web-02/nginx");
    let check = |place, decision| check_is_prose(&crate::text::explain::decision(&wiring, &span(place, decision)));
    let others = [PickReason::OnlyOne, PickReason::Backup, PickReason::Retry, PickReason::FromQueue];
    for why in Algorithm::ALL.map(PickReason::Algorithm).into_iter().chain(others) {
        check(at("lb-01/haproxy"), Decision::Picked { server, why });
    }
    let others = [PeerReason::OnlyOne, PeerReason::Next, PeerReason::Backup];
    for why in Method::ALL.map(PeerReason::Method).into_iter().chain(others) {
        check(at("web-01/nginx"), Decision::TriesPeer { server: process("web-02/app"), why });
    }
    for error in DB_ERRORS {
        check(at("web-01/app"), Decision::DatabaseFailed(error));
        check(at("web-01/mysqld"), Decision::Denied(error));
    }
    for why in [DbChoice::Write, DbChoice::ReadReplica, DbChoice::ReadPrimary, DbChoice::NoReplica, DbChoice::Fallback]
    {
        check(at("web-01/app"), Decision::AsksDatabase { server: process("web-02/mysqld"), why });
    }
}

#[test]
fn every_cause_has_a_sentence_and_a_short_form() {
    let wiring = wiring();
    for cause in std::iter::successors(Some(Cause::File), |cause| cause_after(*cause)) {
        for result in [Verdict::Http(200), Verdict::Http(502), Verdict::Browser(BrowserError::TimedOut)] {
            let outcome = Outcome { result, by: process("lb-01/haproxy"), cause };
            check_is_prose(&crate::text::explain::outcome(&wiring, &outcome));
        }
        assert!(!crate::text::explain::short_cause(cause).is_empty());
        assert!(!crate::text::explain::termination_meaning(cause).is_empty());
    }
}
