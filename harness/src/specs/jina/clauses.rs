//! The clauses of jina: requests, searches, documents, arrays, streams, statuses and spawning.

use crate::specs::clauses;

clauses! {
    "jina", "jina.proto";

    REQUEST_ID_ECHOED: Must "unary/request-id-echoed",
        "The response carries the request_id of its request, whichever uint32 that is: 0 and 2^32-1 as well.",
        "Request.request_id";
    BODY_KIND_KEPT: Must "unary/body-kind-kept",
        "An answer without an error code has the kind of body that its request had: search answers search, index index, train train, control control.",
        "JinaRPC.Call and Request, body";
    PARAMETERS_KEPT: Should "unary/parameters-kept",
        "A request comes back filled out, so what steered it comes back as it was sent: a train's flush, a search's top_k, a control's command.",
        "JinaRPC.Call, description";
    DOCS_KEPT: Should "unary/docs-kept",
        "The documents of a request come back under the same ids in the same order, and every field that the client set is unchanged, but for matches, score and embedding, which are the server's to fill.",
        "JinaRPC.Call, description";
    TAGS_SURVIVE: Must "unary/tags-survive",
        "In a document that comes back, the tags are equal to those sent: null, nested lists and structures, text outside the basic plane, the sign of zero and numbers near the limit of a double.",
        "Document.tags";
    NO_BODY_IS_AN_ERROR: Must "unary/no-body-is-an-error",
        "A request without a body does not come back as a success: the call ends with a status other than OK, or the answer's status has an error code.",
        "Request, body (by reading)";
    VALID_IS_NO_ERROR: Should "unary/valid-is-no-error",
        "A valid request ends with OK, and its answer has no error code.",
        "Status.StatusCode";
    ENVELOPE_STAYS_INSIDE: Must "unary/envelope-stays-inside",
        "The envelope of a message is dropped before a client sees anything of it.",
        "Message.envelope",
        waived "the methods return Request, which has no place for an envelope; Envelope and Message are held to the encoding by vectors, round trips and fuzzing";

    AT_MOST_TOP_K: Must "search/at-most-top-k",
        "No document of a search has more matches than the request's top_k, where that is at least 1.",
        "SearchRequest.top_k";
    ZERO_TOP_K_BRINGS_NONE: Should "search/zero-top-k-brings-none",
        "A search with a top_k of 0 brings no matches.",
        "SearchRequest.top_k";
    MATCHES_DISTINCT: Should "search/matches-distinct",
        "No document that was indexed once stands twice among the matches of one document.",
        "Document.id and Document.matches";
    SORTED: Should "search/sorted",
        "The matches of a document stand in the order of their score.value, all rising or all falling (a score may be a distance), and the same way for every document and search.",
        "Document.matches";
    SAME_LEVEL: Must "search/same-level",
        "A match has the level_depth of the document that it matches.",
        "Document.matches";
    SCORE_REFERS: Should "search/score-refers",
        "The score of a match names in ref_id the document that the match was scored against.",
        "Relevance.ref_id";
    FINDS_WHAT_WAS_INDEXED: Should "search/finds-what-was-indexed",
        "Once an index request has been answered, a search for one of its documents finds that document first.",
        "IndexRequest and SearchRequest";

    CHUNK_DEPTH: Should "document/chunk-depth",
        "Every chunk in an answer lies one level below its parent: its level_depth is the parent's plus one.",
        "Document.level_depth and Document.chunks";
    CHUNK_PARENT: Must "document/chunk-parent",
        "Every chunk in an answer names its parent: its parent_id is the parent's id.",
        "Document.parent_id";
    LENGTH_COUNTS_CHUNKS: Must "document/length-counts-chunks",
        "Where a document of an answer gives a length other than 0, that is the number of its chunks.",
        "Document.length";
    BUFFER_HAS_MIME_TYPE: Must "document/buffer-has-mime-type",
        "A document of an answer whose content is a buffer has a mime_type.",
        "Document.mime_type";
    DEEP_TREES: Should "document/deep-trees",
        "A document whose chunks go 64 deep comes back whole; no decoder's default limit stands in the way of that.",
        "Document.chunks (recursive)";
    DEEP_TREES_SURVIVED: House "document/deep-trees-survived",
        "A document nested 10,000 deep is answered or refused, and the server goes on serving.",
        "Document.chunks, Document.matches, Document.tags and Relevance.operands (recursive)";
    WIDE_TREES: House "document/wide-trees",
        "A document with 10,000 chunks is answered without an error.",
        "Document.chunks";

    BUFFER_FITS_SHAPE: Must "ndarray/buffer-fits-shape",
        "Of an array that the server made, with a shape and a dtype that numpy knows, the buffer holds exactly the items of the shape: the product of its dimensions times the size of an item, which is the dtype's, 2 bytes for FP16 and 1 for UINT8.",
        "NdArray.buffer, NdArray.shape and NdArray.dtype";
    QUANTIZATION_IN_ENUM: Must "ndarray/quantization-in-enum",
        "The quantization of an array that the server made is NONE, FP16 or UINT8.",
        "NdArray.QuantizationMode";
    QUANTIZED_NAMES_ORIGINAL: Should "ndarray/quantized-names-original",
        "A quantized array says what it was: it carries original_dtype, and for UINT8 a max_val that is at least min_val, and the scale without which nobody could restore it.",
        "NdArray.original_dtype, NdArray.max_val, NdArray.min_val and NdArray.scale";

    ONE_TO_ONE: Must "call/one-to-one",
        "On a stream of valid requests with distinct ids, each request gets exactly one final answer under its id, and nothing comes under an id that nobody asked with.",
        "JinaRPC.Call and Request.request_id";
    SHARED_IDS_GATHERED: Should "call/shared-ids-gathered",
        "Requests of one stream that share an id are gathered.",
        "Request.request_id",
        waived "the document does not say what gathering means, so no answer contradicts it";
    ANSWERS_BEFORE_HALF_CLOSE: Should "call/answers-before-half-close",
        "A request on a stream is answered without waiting for the client to half-close.",
        "JinaRPC.Call";
    ENDS_OK: Must "call/ends-ok",
        "A stream of valid requests ends with OK once the client has half-closed and the last answer is out.",
        "JinaRPC.Call";
    EMPTY_STREAM: Should "call/empty-stream",
        "A stream on which the client half-closes without a request ends with OK and no answer.",
        "JinaRPC.Call";
    BAD_ONE_AMONG_GOOD: Should "call/bad-one-among-good",
        "A bad request in a stream brings an error under its own id; the others are answered as if it were not there.",
        "JinaRPC.Call and Status.code";
    THOUSAND_IN_FLIGHT: House "call/thousand-in-flight",
        "1,000 requests sent on one stream without waiting are all answered.",
        "JinaRPC.Call";
    STREAMS_INDEPENDENT: Must "call/streams-independent",
        "Streams that use the same request ids at the same time get each their own answers and none of the others'.",
        "JinaRPC.Call and Request.request_id";

    CODE_IN_ENUM: Must "status/code-in-enum",
        "The code of a status is one of the six that StatusCode has: 0 to 5.",
        "Status.StatusCode";
    PENDING_IS_FOLLOWED: Must "status/pending-is-followed",
        "PENDING announces more, so it is never the last thing said: neither of a request, nor on a Spawn stream that has ended with OK.",
        "Status.StatusCode, PENDING";
    ERROR_IS_FINAL: Should "status/error-is-final",
        "After an answer with an error code nothing more comes for that request.",
        "Status.StatusCode, ERROR";
    ERROR_DESCRIBED: Must "status/error-described",
        "A status with an error code has a description.",
        "Status.description";
    DETAILS_TIME_VALID: Must "status/details-time-valid",
        "The time in a status's details is a valid Timestamp, year 1 to 9999 with 0 to 999,999,999 nanos, and when it is read it does not lie ahead by more than a day.",
        "Status.Details.time";
    SPAWN_CODES_STAY_WITH_SPAWN: Should "status/spawn-codes-stay-with-spawn",
        "ERROR_DUPLICATE and ERROR_NOTALLOWED speak of opening peas and pods; no answer to train, index or search says them.",
        "Status.StatusCode, ERROR_DUPLICATE and ERROR_NOTALLOWED";

    NOT_ALLOWED_SAYS_SO: Must "spawn/not-allowed-says-so",
        "A target that lets nobody spawn says so: the last status is ERROR_NOTALLOWED, or the call ends with PERMISSION_DENIED or UNIMPLEMENTED. Whatever it allows, a Spawn never ends with OK and no status at all.",
        "JinaRPC.Spawn and Status.StatusCode, ERROR_NOTALLOWED";
    OUTCOME_TOLD: Should "spawn/outcome-told",
        "A Spawn that ends names its outcome in its last message: READY, SUCCESS, ERROR_DUPLICATE, ERROR_NOTALLOWED, or ERROR with a description; or the call is refused.",
        "SpawnRequest.status";
    NEEDS_ARGS: Should "spawn/needs-args",
        "A pea or a pod without args is an error: a status with an error code, or a refused call.",
        "PeaSpawnRequest.args and PodSpawnRequest.args";
    BODY_KEPT: Should "spawn/body-kept",
        "The messages of a Spawn keep the kind of body: pea answers pea, mutable_pod answers mutable_pod, and pod is answered by pod or, switched, by mutable_pod.",
        "SpawnRequest, body";
    LOG_IS_ONE_LINE: Must "spawn/log-is-one-line",
        "A log_record is one line: no line feed and no carriage return in it but at its end.",
        "SpawnRequest.log_record";
    DUPLICATE_SAYS_SO: Should "spawn/duplicate-says-so",
        "Where spawning is allowed, spawning what runs already ends with ERROR_DUPLICATE.",
        "Status.StatusCode, ERROR_DUPLICATE";
    SPAWN_NO_BODY_IS_AN_ERROR: Must "spawn/no-body-is-an-error",
        "A SpawnRequest without a body is an error: a status with an error code, or a refused call.",
        "SpawnRequest, body (by reading)";

    STATUS_ANSWERS: Should "control/status-answers",
        "A control request STATUS is answered by the deadline with READY, SUCCESS or an error.",
        "ControlRequest.Command, STATUS";
    UNKNOWN_COMMAND: Should "control/unknown-command",
        "A control command that the enum does not have is an error or refused, and the server goes on; it is never taken for TERMINATE, the command with the number 0.",
        "ControlRequest.Command";
    IDLE_ACCEPTED: Should "control/idle-accepted",
        "A control request IDLE is answered.",
        "ControlRequest.Command, IDLE";
    TERMINATE_ENDS: Should "control/terminate-ends",
        "TERMINATE is acknowledged before the server stops, and then the server stops.",
        "ControlRequest.Command, TERMINATE";

    NEVER_UNKNOWN: Should "code/never-unknown",
        "A refused call does not end with UNKNOWN, which tells the client nothing of what was wrong.",
        "gRPC status codes, UNKNOWN";
}
