//! The clauses of the runtime's sessions.

use crate::specs::clauses;

clauses! {
    "atomix-session", "atomix/runtime/v1/session.proto, protocol documentation";

    // get
    ID_ECHOED: Must "get/id-echoed",
        "GetSession answers with the session that was asked for: name and primitive of meta.id are those of session_id. No primitive and an empty one are the same.",
        "GetSessionRequest.session_id and SessionMeta.id";
    UNKNOWN_REFUSED: Must "get/unknown-refused",
        "GetSession with an id that no session has is refused.",
        "GetSession";
    UNKNOWN_IS_NOT_FOUND: Should "get/unknown-is-not-found",
        "The refusal of an id that no session has says NOT_FOUND.",
        "GetSession";
    MISSING_ID_REFUSED: Must "get/missing-id-refused",
        "GetSession without session_id, or with one whose name is empty, is refused.",
        "GetSessionRequest.session_id and SessionId.name";
    MISSING_ID_IS_INVALID: Should "get/missing-id-is-invalid",
        "The refusal of a GetSession without session_id, or with an empty name in it, says INVALID_ARGUMENT.",
        "GetSessionRequest.session_id and SessionId.name";
    SESSION_PRESENT: Must "get/session-present",
        "A GetSession that ends with OK carries a session, and the session its meta.",
        "GetSessionResponse.session and Session.meta";
    SESSION_COMPLETE: Should "get/session-complete",
        "The session of a GetSession has spec and status.",
        "Session.spec and Session.status";
    PRIMITIVE_MATTERS: Must "get/primitive-matters",
        "The name of a session together with a primitive that is not empty and not the session's own is the id of no session: it is refused.",
        "SessionId.primitive";
    PRIMITIVE_NEEDED: Must "get/primitive-needed",
        "Where a session's id has a primitive, its name alone is the id of no session: it is refused.",
        "SessionId.primitive";

    // list
    LIST_ANSWERED: Should "list/answered",
        "ListSessions without type and without watch ends with OK and one ListSessionsResponse, though it may be empty.",
        "ListSessions";
    SESSIONS_IDENTIFIED: Must "list/sessions-identified",
        "Every session of a list has meta with an id, and the id a name: without them nobody could get it (by reading).",
        "ListSessionsResponse.sessions and SessionMeta.id";
    IDS_UNIQUE: Must "list/ids-unique",
        "No id stands twice in one list.",
        "ListSessionsResponse.sessions and SessionMeta.id";
    LISTED_CAN_BE_GOT: Must "list/listed-can-be-got",
        "A session that a list shows can be got: where GetSession refuses its id, a list begun after the refusal no longer shows it.",
        "ListSessionsResponse.sessions and GetSession";
    TYPE_FILTERS: Should "list/type-filters",
        "In a list by type, a watch's too, every session has that type as its spec.kind. The document never says that a type is a kind; it has nothing else that a type could be.",
        "ListSessionsRequest.type and SessionSpec.kind";
    ALL_COVERS_TYPES: Should "list/all-covers-types",
        "The list without a type shows every session that a list by type shows.",
        "ListSessionsRequest.type";
    UNKNOWN_TYPE_EMPTY: Should "list/unknown-type-empty",
        "A list by a type that no session has ends with OK and shows no session.",
        "ListSessionsRequest.type";
    WATCH_ANSWERS: Should "list/watch-answers",
        "ListSessions with watch ends within five seconds with OK and a list, or says UNIMPLEMENTED. Where nothing changes meanwhile it may wait on.",
        "ListSessionsRequest.watch";
    WATCH_SEES_CHANGE: Should "list/watch-sees-change",
        "Where the lists before and after a watch differ, the watch mostly answers with a list other than the one before: of six such watches at least three do.",
        "ListSessionsRequest.watch";
    WATCH_CANCEL: House "list/watch-cancel",
        "After a hundred cancelled watches a list and a new watch are answered as before.",
        "ListSessionsRequest.watch";

    // meta
    VERSION_NEVER_FALLS: Must "meta/version-never-falls",
        "A later look at a session never shows a lower version than an earlier one (by reading).",
        "SessionMeta.version";
    VERSION_TELLS_CHANGE: Should "meta/version-tells-change",
        "Looks at a session that show the same version show the same session.",
        "SessionMeta.version";
    CHANGE_RAISES_VERSION: Should "meta/change-raises-version",
        "Looks at a session that show different states show different versions.",
        "SessionMeta.version and SessionStatus.state";
    LABELS_SURVIVE: Should "meta/labels-survive",
        "GetSession and ListSessions show the same labels of a session.",
        "SessionMeta.labels";
    CONFIG_TYPE_URL: Should "meta/config-type-url",
        "The type_url of a session's config has the name of a type after its last slash.",
        "SessionSpec.config, a google.protobuf.Any";

    // state
    STATE_IN_ENUM: Must "state/state-in-enum",
        "The state of a session is one of the five of the document, 0 to 4.",
        "SessionStatus.State";
    NEVER_BACKWARDS: Must "state/never-backwards",
        "The states of a session go from NONE by OPENING, OPENED and CLOSING to CLOSED: a later look may skip some, but shows none that lies before an earlier look's (by reading). After CLOSED other clauses judge.",
        "SessionStatus.State";
    CLOSED_IS_FINAL: Must "state/closed-is-final",
        "A session that was seen CLOSED is CLOSED in every later look, until its id is gone (by reading).",
        "SessionStatus.State, CLOSED";
    CLOSED_KEEPS_VERSION: Should "state/closed-keeps-version",
        "A session that was seen CLOSED keeps its version, until its id is gone.",
        "SessionStatus.State, CLOSED, and SessionMeta.version";
    GONE_STAYS_GONE: Should "state/gone-stays-gone",
        "An id that was seen CLOSED and then was missing does not come back.",
        "SessionStatus.State, CLOSED, and SessionMeta.id";
    GET_AND_LIST_AGREE: Must "state/get-and-list-agree",
        "Under one version GetSession and ListSessions show the same state and the same kind of a session.",
        "SessionStatus.state, SessionSpec.kind and SessionMeta.version";
}
