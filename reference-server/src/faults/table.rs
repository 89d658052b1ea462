//! The table of faults: a row is a name, the clause that it breaks, and what the server then does.

/// Writes the enum, its names, the clause that each breaks and what it does: one row a fault.
macro_rules! faults {
    ($($name:ident breaks $clause:literal: $about:literal;)+) => {
        /// A wrong behaviour that the reference takes on when told to.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Fault {
            $(#[doc = $about] $name,)+
        }

        impl Fault {
            /// Every fault, in the order of the table.
            pub const ALL: &[Fault] = &[$(Fault::$name,)+];

            /// The name that `--fault` takes.
            pub fn name(self) -> &'static str {
                match self { $(Fault::$name => stringify!($name),)+ }
            }

            /// The clause that the fault breaks, `room/topic/words`.
            pub fn breaks(self) -> &'static str {
                match self { $(Fault::$name => $clause,)+ }
            }

            /// What the server then does.
            pub fn about(self) -> &'static str {
                match self { $(Fault::$name => $about,)+ }
            }
        }
    };
}

faults! {
    // neofs-session
    AnswersInitWithResult breaks "neofs-session/order/init-answered-by-unsigned": "answers Init with a Result";
    RepeatsUnsigned breaks "neofs-session/order/init-answered-by-unsigned": "sends Unsigned twice";
    AnswersSignedWithUnsigned breaks "neofs-session/order/signed-answered-by-result": "answers Signed with an Unsigned";
    RepeatsResult breaks "neofs-session/order/signed-answered-by-result": "sends Result twice";
    LosesResultAtHalfClose breaks "neofs-session/order/signed-answered-by-result": "sends no Result where the client half-closes right behind Signed";
    EndsFinishedStreamWithError breaks "neofs-session/order/ends-ok-after-result": "ends a finished handshake with ABORTED";
    SpeaksFirst breaks "neofs-session/order/server-waits-for-init": "sends an Unsigned before the client said anything";
    AcceptsSignedFirst breaks "neofs-session/order/signed-first-refused": "answers a stream that opens with Signed with Result";
    AnswersSecondInit breaks "neofs-session/order/second-init-refused": "answers a second Init with another Unsigned";
    IgnoresEmptyMessage breaks "neofs-session/order/empty-message-refused": "passes over a request that is neither Init nor Signed";
    AnswersAfterResult breaks "neofs-session/order/nothing-after-result": "answers whatever comes after Result with another Result";
    SpeaksToSilentStream breaks "neofs-session/order/half-close-before-init": "answers a half-close without any message with an Unsigned";
    ResultAtHalfClose breaks "neofs-session/order/half-close-after-init": "answers a half-close after Unsigned with Result";
    EndsIncompleteWithOk breaks "neofs-session/order/incomplete-not-ok": "ends a stream that was half-closed before Result with OK";
    StartsOverAfterResult breaks "neofs-session/order/every-short-order": "begins another handshake on a stream that had its Result";
    FirstMemberWins breaks "neofs-session/order/last-oneof-member-wins": "takes the first of two oneof members instead of the last";
    MakesVersionOneIds breaks "neofs-session/token/id-is-uuid4": "marks token IDs as UUIDs of version 1";
    WritesIdAsText breaks "neofs-session/token/id-is-uuid4": "sends the token ID as 36 characters of text";
    ReversesObjectIds breaks "neofs-session/token/init-echoed": "gives the ObjectIDs back in reverse order";
    DropsRepeatedObjects breaks "neofs-session/token/init-echoed": "gives an ObjectID that stands twice in Init back once";
    CopiesInitSignature breaks "neofs-session/token/unsigned-has-no-signature": "leaves the Signature in Unsigned that Init carries";
    OmitsSessionKey breaks "neofs-session/token/session-key-present": "sends Unsigned without a session key";
    SignsUnsigned breaks "neofs-session/token/unsigned-has-no-signature": "puts a signature into Unsigned";
    AdoptsClientId breaks "neofs-session/token/server-chooses-id": "takes the token ID that Init carries";
    AdoptsClientKey breaks "neofs-session/token/server-chooses-id": "takes the session key that Init carries";
    ChangesIdInResult breaks "neofs-session/token/result-matches-unsigned": "gives the token another ID in Result";
    StripsResultSignature breaks "neofs-session/token/result-verifies": "leaves the Signature out of Result";
    StripsResultKeySignature breaks "neofs-session/token/result-verifies": "leaves the KeySignature out of Result";
    CountsIdsUp breaks "neofs-session/token/id-is-random": "numbers tokens one after the other, in IDs that look like version 4";
    DrawsHalfTheId breaks "neofs-session/token/id-is-random": "draws only the second half of a token ID";
    ReusesTokenId breaks "neofs-session/token/ids-unique": "gives every 16th token the ID of the one before";
    SharesSessionKey breaks "neofs-session/token/session-keys-unique": "uses one key for all sessions";
    AcceptsReversedLifetime breaks "neofs-session/token/lifetime-ordered": "takes a FirstEpoch after LastEpoch";
    JudgesLifetimeLate breaks "neofs-session/token/lifetime-refused-at-init": "judges the lifetime at Signed only";
    RefusesSingleEpoch breaks "neofs-session/token/single-epoch-accepted": "refuses FirstEpoch equal to LastEpoch";
    RoundsEpochs breaks "neofs-session/token/epochs-are-uint64": "passes epochs through a double";
    RefusesHighEpochs breaks "neofs-session/token/epochs-are-uint64": "refuses epochs of 2^63 and more";
    AcceptsNoOwner breaks "neofs-session/token/owner-required": "takes a token without OwnerID, and any signature for it";
    JudgesOwnerLate breaks "neofs-session/token/owner-is-a-key": "answers Init with Unsigned although OwnerID is no key";
    RefusesManyObjects breaks "neofs-session/token/many-objects": "refuses a token with more than 100 ObjectIDs";
    RefusesNoObjects breaks "neofs-session/token/many-objects": "refuses a token without ObjectIDs";
    SkipsEmptySignature breaks "neofs-session/signature/required": "takes an empty Signature";
    SkipsEmptyKeySignature breaks "neofs-session/signature/key-signature-required": "takes an empty KeySignature";
    SkipsSignature breaks "neofs-session/signature/corrupted": "takes any Signature of the right length";
    SkipsKeySignature breaks "neofs-session/signature/corrupted": "takes any KeySignature of the right length";
    SkipsOddLengths breaks "neofs-session/signature/wrong-length": "takes any signature that is neither empty nor of the right length";
    CutsLongSignatures breaks "neofs-session/signature/wrong-length": "reads as much of a longer signature as a right one has";
    ChecksSignatureFormOnly breaks "neofs-session/signature/other-key": "takes every well-formed signature, whoever made it";
    TrustsNamedKey breaks "neofs-session/signature/other-key": "under the profile p256, verifies by the key in Verify whether or not OwnerID is its address";
    TakesExchangedSignatures breaks "neofs-session/signature/exchanged": "takes Signature and KeySignature in each other's place";
    IgnoresChangedId breaks "neofs-session/signature/signed-matches-unsigned": "takes a Signed with another ID";
    IgnoresChangedOwner breaks "neofs-session/signature/signed-matches-unsigned": "takes a Signed with another OwnerID";
    IgnoresChangedEpochs breaks "neofs-session/signature/signed-matches-unsigned": "takes a Signed with other epochs";
    IgnoresChangedObjects breaks "neofs-session/signature/signed-matches-unsigned": "takes a Signed with as many other ObjectIDs";
    IgnoresChangedKey breaks "neofs-session/signature/signed-matches-unsigned": "takes a Signed with another session key";
    ComparesObjectsJoined breaks "neofs-session/signature/objects-regrouped": "compares ObjectIDs by their joined bytes";
    ComparesObjectsSorted breaks "neofs-session/signature/objects-reordered": "compares ObjectIDs without their order";
    AcceptsSignedOfAnyStream breaks "neofs-session/signature/replay-across-streams": "takes a Signed of any session that it opened";
    AcceptsSignedOfFinishedSession breaks "neofs-session/signature/replay-after-result": "takes a Signed of a session that had its Result";
    ReducesS breaks "neofs-session/signature/malleable-signature": "reduces a non-canonical S before it verifies";
    AcceptsSmallOrderOwner breaks "neofs-session/signature/small-order-owner": "takes an OwnerID of small order, and verifies without care for it";
    KeepsOneHandshakePerOwner breaks "neofs-session/isolation/streams-independent": "forgets a handshake when its owner begins another on the connection";
    AcceptsSignedOfOpenStream breaks "neofs-session/isolation/swapped-signed-refused": "takes a Signed of any handshake that is open";
    PoisonsConnection breaks "neofs-session/isolation/violation-stays-on-its-stream": "refuses the handshakes that were open on a connection when one went wrong";
    LeaksCancelledHandshakes breaks "neofs-session/isolation/cancel-leaves-server-well": "counts cancelled handshakes as open for good, and takes no more after 24";
    RefusesMeta breaks "neofs-session/envelope/meta-and-verify-accepted": "refuses requests with Meta";
    RefusesVerify breaks "neofs-session/envelope/meta-and-verify-accepted": "refuses requests with Verify";
    AcceptsZeroTtl breaks "neofs-session/envelope/zero-ttl-refused": "takes a TTL of 0";
    ChecksTtlOfInitOnly breaks "neofs-session/envelope/zero-ttl-refused": "takes a TTL of 0 with Signed";
    RefusesUnknownFields breaks "neofs-session/envelope/unknown-fields-ignored": "refuses unknown fields in a request or a token";
    OrderIsPermissionDenied breaks "neofs-session/code/order-code": "refuses a wrong order with PERMISSION_DENIED";
    MalformedTokenIsNotFound breaks "neofs-session/code/token-code": "refuses a malformed token with NOT_FOUND";
    BadSignatureIsNotFound breaks "neofs-session/code/signature-code": "refuses a bad signature with NOT_FOUND";
    MismatchIsNotFound breaks "neofs-session/code/mismatch-code": "refuses a changed token, or a signature of the wrong length, with NOT_FOUND";
    RefusesWithUnknown breaks "neofs-session/code/never-unknown": "refuses everything with UNKNOWN";
    RefusesWithInternal breaks "neofs-session/code/never-unknown": "refuses everything with INTERNAL";

    // agent
    AcceptsMissingJob breaks "agent/required/job-missing": "takes a request without job";
    AcceptsMissingJobUuid breaks "agent/required/job-uuid-missing": "takes a JobId without uuid";
    AcceptsMissingFileUuid breaks "agent/required/file-uuid-missing": "takes a FileId without uuid";
    ChecksLoneFileOnly breaks "agent/required/file-uuid-missing": "takes a FileId without uuid among other files";
    OmitsWaitCode breaks "agent/required/response-code-present": "leaves the code out of a response when it is WAIT";
    OmitsStagedFile breaks "agent/required/staged-file-present": "sends every StagedFile without its file";
    OmitsStagedUuid breaks "agent/required/staged-file-present": "sends every StagedFile with a FileId without uuid";
    TreatsEmptyAsMissing breaks "agent/required/explicit-empty-is-present": "answers a uuid that is present but empty as if the bytes did not parse";
    RequiresPythonVersion breaks "agent/required/optional-absent": "refuses a JobRequirement without python_version";
    InventsStagedFile breaks "agent/stage/success-within-request": "names a file that was not in the request";
    RepeatsStagedFiles breaks "agent/stage/no-duplicates-invented": "names every staged file twice";
    RefusesEmptyStaging breaks "agent/stage/empty-request": "refuses to stage no files";
    NamesNewFilesOnly breaks "agent/stage/again-is-the-same": "names only files that were not staged before";
    StagesForKnownJobsOnly breaks "agent/stage/needs-no-known-job": "refuses to stage for a job that was never run";
    KeepsFilesPerJob breaks "agent/stage/serves-any-job": "counts a file as staged for the job alone in whose name it was staged";
    StagesThousandFilesAtMost breaks "agent/stage/many-files": "stages the first 1,000 files of a request alone";
    AnswersCodeThree breaks "agent/run/code-in-enum": "answers 3 where RUN is meant";
    StepsBack breaks "agent/run/never-backwards": "shows WAIT between RUN and DONE";
    ForgetsDoneJob breaks "agent/run/done-is-final": "runs a job again after DONE";
    RunsWithoutFiles breaks "agent/run/waits-for-files": "runs a job whose files are not staged";
    TiresOfWaiting breaks "agent/run/waits-for-files": "runs a job whose files are not staged at the third call";
    WaitsForever breaks "agent/run/leaves-wait": "leaves every job in WAIT";
    NeverDone breaks "agent/run/reaches-done": "leaves every job in RUN";
    CountsRepeatedFile breaks "agent/run/repeated-file": "waits for a second copy of a file that RunJob names twice";
    LosesJobAmongOthers breaks "agent/run/jobs-independent": "shows WAIT, every other time, when the call before was for another job";
    AnswersFromStaleView breaks "agent/run/concurrent-callers-agree": "refreshes what a connection sees of a job at every tenth call alone";
    RefusesManyRequirements breaks "agent/run/requirements-accepted": "refuses more than 100 requirements";
    RefusesNoRequirements breaks "agent/run/requirements-accepted": "refuses a job without requirements";
    AcceptsAnyUuidText breaks "agent/argument/uuid-format": "takes any text for a uuid";
    AcceptsOtherUuidForms breaks "agent/argument/uuid-format": "takes a uuid without hyphens, in braces or as a URN too";
    ComparesUuidsAsText breaks "agent/argument/case-insensitive-uuid": "takes upper and lower case for different uuids";
    MissingFieldIsUnknown breaks "agent/code/missing-field-code": "refuses a missing required field with UNKNOWN";
    BadArgumentIsNotFound breaks "agent/code/bad-argument-code": "refuses a bad argument with NOT_FOUND";
    UnstagedIsUnavailable breaks "agent/code/not-staged-code": "refuses a job whose files are not staged with UNAVAILABLE";

    // atomix-session
    RenamesOnGet breaks "atomix-session/get/id-echoed": "GetSession answers with the id's name in capitals";
    DropsPrimitiveOnGet breaks "atomix-session/get/id-echoed": "GetSession leaves the primitive out of the id";
    InventsUnknownSession breaks "atomix-session/get/unknown-refused": "GetSession makes up a session under a name that nobody has";
    CallsUnknownSessionInvalid breaks "atomix-session/get/unknown-is-not-found": "refuses an unknown id with INVALID_ARGUMENT";
    TakesMissingIdForFirst breaks "atomix-session/get/missing-id-refused": "answers a GetSession without an id with the first session";
    CallsMissingIdNotFound breaks "atomix-session/get/missing-id-is-invalid": "refuses a missing id with NOT_FOUND";
    AnswersGetEmpty breaks "atomix-session/get/session-present": "answers every GetSession with OK and no session";
    LeavesOutMeta breaks "atomix-session/get/session-present": "GetSession's session has no meta";
    LeavesOutSpec breaks "atomix-session/get/session-complete": "GetSession's session has no spec";
    LeavesOutStatus breaks "atomix-session/get/session-complete": "GetSession's session has no status";
    IgnoresPrimitive breaks "atomix-session/get/primitive-matters": "finds a session under any primitive that is given";
    TakesNameAlone breaks "atomix-session/get/primitive-needed": "finds a session by its name where no primitive is given";
    RefusesPlainList breaks "atomix-session/list/answered": "refuses a list without a type";
    ListsNameless breaks "atomix-session/list/sessions-identified": "leaves the name out of the last id of a list";
    ListsTwice breaks "atomix-session/list/ids-unique": "shows the first session of a list a second time at its end";
    LosesOneKind breaks "atomix-session/list/listed-can-be-got": "lists the sessions of one kind, but GetSession does not find them";
    RefusesEmptyPrimitive breaks "atomix-session/list/listed-can-be-got": "does not find a session without a primitive where an empty one is given";
    ListIgnoresType breaks "atomix-session/list/type-filters": "shows all sessions in a list by type";
    WatchIgnoresType breaks "atomix-session/list/type-filters": "shows all sessions in a watch by type";
    HidesFromFullList breaks "atomix-session/list/all-covers-types": "the list without a type hides half the sessions of each kind";
    RefusesUnknownType breaks "atomix-session/list/unknown-type-empty": "refuses a list by a type that nobody has";
    NeverAnswersWatch breaks "atomix-session/list/watch-answers": "never answers a watch";
    WatchAnswersStale breaks "atomix-session/list/watch-sees-change": "answers a watch with the list as it was when the watch began";
    LeaksCancelledWatches breaks "atomix-session/list/watch-cancel": "keeps the places of cancelled watches, until none is free";
    VersionFalls breaks "atomix-session/meta/version-never-falls": "lowers the version at every change";
    ChangesLabelsUnseen breaks "atomix-session/meta/version-tells-change": "changes a label at every tick, and not the version";
    KeepsVersionOnChange breaks "atomix-session/meta/change-raises-version": "never changes the version";
    DropsLabelsOnGet breaks "atomix-session/meta/labels-survive": "GetSession shows no labels";
    BareTypeUrl breaks "atomix-session/meta/config-type-url": "a config's type_url ends in its slash";
    SaysStateNine breaks "atomix-session/state/state-in-enum": "shows a closing session with state 9";
    FallsBackToOpening breaks "atomix-session/state/never-backwards": "sends an opened session back to OPENING once";
    ReopensClosed breaks "atomix-session/state/closed-is-final": "shows a session as OPENED again while it is closed";
    RaisesVersionWhenClosed breaks "atomix-session/state/closed-keeps-version": "raises the version of closed sessions at every tick";
    BringsBackClosed breaks "atomix-session/state/gone-stays-gone": "lists a closed session again, five ticks after it was gone";
    ListLagsBehind breaks "atomix-session/state/get-and-list-agree": "lists show a session's new version with its state before";
    GetSaysOtherKind breaks "atomix-session/state/get-and-list-agree": "GetSession shows another kind than the lists";

    // jina
    EchoesZeroRequestId breaks "jina/unary/request-id-echoed": "answers every request under the id 0";
    KeepsThirtyOneBitsOfId breaks "jina/unary/request-id-echoed": "loses the highest bit of a request id";
    NumbersZeroRequestId breaks "jina/unary/request-id-echoed": "answers the request id 0 under 1";
    AnswersOtherBody breaks "jina/unary/body-kind-kept": "answers train with index and everything else with train";
    ForgetsWhatSteers breaks "jina/unary/parameters-kept": "sends a search back with top_k 0 and a train without flush";
    ReversesDocs breaks "jina/unary/docs-kept": "sends the documents back in reverse order";
    DropsWeight breaks "jina/unary/docs-kept": "sends the documents back without their weight";
    DropsTags breaks "jina/unary/tags-survive": "sends the documents back without their tags";
    DropsNullTags breaks "jina/unary/tags-survive": "loses tags whose value is null";
    LosesZerosSign breaks "jina/unary/tags-survive": "sends -0.0 in tags back as 0.0";
    TakesNoBodyForSuccess breaks "jina/unary/no-body-is-an-error": "answers a request without a body with SUCCESS";
    RefusesTraining breaks "jina/unary/valid-is-no-error": "answers every train request with ERROR";
    BringsOneTooMany breaks "jina/search/at-most-top-k": "brings one match more than top_k";
    ZeroTopKBringsTen breaks "jina/search/zero-top-k-brings-none": "takes a top_k of 0 for 10";
    MatchesTwice breaks "jina/search/matches-distinct": "shows the best match twice, the second time in place of the next";
    SortsMatchesWrong breaks "jina/search/sorted": "swaps the best match with the next";
    SortsBothWays breaks "jina/search/sorted": "sorts the matches of every second query the other way round";
    MatchesAcrossLevels breaks "jina/search/same-level": "matches documents of every level";
    MatchesOneLevelDown breaks "jina/search/same-level": "shows each match one level below its own";
    ScoresWithoutReference breaks "jina/search/score-refers": "leaves ref_id out of a match's score";
    OverlooksTheQueryItself breaks "jina/search/finds-what-was-indexed": "never matches a document with itself";
    FlattensChunkDepth breaks "jina/document/chunk-depth": "gives chunks the level_depth of their parent";
    TakesChunksAway breaks "jina/document/chunk-parent": "gives chunks another parent_id";
    MiscountsChunks breaks "jina/document/length-counts-chunks": "raises every length by one";
    DropsMimeType breaks "jina/document/buffer-has-mime-type": "sends documents back without their mime_type";
    CutsDeepTrees breaks "jina/document/deep-trees": "loses chunks more than 32 deep";
    DiesOfDeepTrees breaks "jina/document/deep-trees-survived": "stops when a message is nested a thousand deep";
    RefusesWideTrees breaks "jina/document/wide-trees": "answers a document with more than a thousand chunks with ERROR";
    ShortensBuffers breaks "jina/ndarray/buffer-fits-shape": "loses the last byte of every embedding";
    SaysQuantizationSeven breaks "jina/ndarray/quantization-in-enum": "says quantization 7 of an FP16 array";
    DropsOriginalDtype breaks "jina/ndarray/quantized-names-original": "leaves original_dtype out of embeddings";
    SwapsMinAndMax breaks "jina/ndarray/quantized-names-original": "swaps min_val and max_val of UINT8 arrays";
    DropsScale breaks "jina/ndarray/quantized-names-original": "leaves the scale out of UINT8 arrays";
    LosesEverySecondAnswer breaks "jina/call/one-to-one": "never answers every second request of a stream";
    AnswersTwice breaks "jina/call/one-to-one": "answers each request of a stream twice";
    WaitsForHalfClose breaks "jina/call/answers-before-half-close": "keeps the answers of a stream until the client half-closes";
    EndsStreamsAborted breaks "jina/call/ends-ok": "ends a stream with ABORTED after its last answer";
    RefusesEmptyStream breaks "jina/call/empty-stream": "refuses a stream without requests";
    EndsStreamOnBadOne breaks "jina/call/bad-one-among-good": "ends a stream at the first bad request";
    StopsAtFiveHundred breaks "jina/call/thousand-in-flight": "ends a stream at its 501st request";
    AnswersFromOtherStreams breaks "jina/call/streams-independent": "answers a request id with what another stream was told under it";
    SaysStatusNine breaks "jina/status/code-in-enum": "says code 9 instead of SUCCESS";
    EndsWithPending breaks "jina/status/pending-is-followed": "says PENDING instead of SUCCESS, and no more";
    EndsSpawnWithPending breaks "jina/status/pending-is-followed": "says PENDING in the last message of a Spawn stream";
    GoesOnAfterError breaks "jina/status/error-is-final": "says SUCCESS after an error on a stream";
    LeavesErrorUndescribed breaks "jina/status/error-described": "describes no error";
    TellsTimesToCome breaks "jina/status/details-time-valid": "says that errors occur in ten years";
    TellsTwoSecondsOfNanos breaks "jina/status/details-time-valid": "writes 2,000,000,000 nanos into a time";
    ForbidsTraining breaks "jina/status/spawn-codes-stay-with-spawn": "answers every train request with ERROR_NOTALLOWED";
    EndsDeniedSpawnSilently breaks "jina/spawn/not-allowed-says-so": "ends a denied Spawn with OK and no message";
    NeverTellsOutcomes breaks "jina/spawn/not-allowed-says-so": "leaves the status out of every message of a Spawn stream";
    EndsSpawnWithoutOutcome breaks "jina/spawn/outcome-told": "leaves the status out of the last message of a Spawn stream";
    SpawnsWithoutArgs breaks "jina/spawn/needs-args": "says READY to a pea or pod without args";
    AnswersPeaWithPod breaks "jina/spawn/body-kept": "answers a pea as a mutable pod";
    BreaksLogLines breaks "jina/spawn/log-is-one-line": "puts two lines into the first log_record";
    SpawnsTwice breaks "jina/spawn/duplicate-says-so": "starts a pea that runs once more";
    SpawnsWithoutBody breaks "jina/spawn/no-body-is-an-error": "says READY to a SpawnRequest without a body";
    NeverAnswersStatus breaks "jina/control/status-answers": "never answers STATUS";
    AcceptsUnknownCommand breaks "jina/control/unknown-command": "answers a command that does not exist with SUCCESS";
    TakesUnknownForTerminate breaks "jina/control/unknown-command": "takes a command that does not exist for TERMINATE";
    NeverAnswersIdle breaks "jina/control/idle-accepted": "never answers IDLE";
    IgnoresTerminate breaks "jina/control/terminate-ends": "answers TERMINATE with SUCCESS and goes on";
    TerminatesUnanswered breaks "jina/control/terminate-ends": "stops at TERMINATE without an answer";
    RefusesNoBodyWithUnknown breaks "jina/code/never-unknown": "refuses a request without a body with UNKNOWN";

    // imss
    TwoActiveSessions breaks "imss/session/one-active": "opens a session while another is active";
    ReopensSessions breaks "imss/session/completed-is-final": "says a completed session once more, as not completed";
    FinishesSessionsUntimed breaks "imss/session/completed-has-finish": "completes a session without finishedAt";
    FinishesBeforeStart breaks "imss/session/finish-after-start": "finishes sessions and jobs a second before they were created";
    ListsForeignImages breaks "imss/session/images-belong": "lists images under another session's id";
    MovesCreation breaks "imss/session/created-is-kept": "moves a session's createdAt with every record";
    FallsBackToUnknown breaks "imss/upload/never-backwards": "sends an upload that goes on back to UNKNOWN";
    ChangesJobsAfterEnd breaks "imss/upload/final-is-final": "changes the recipient of a job that is over";
    ProgressFalls breaks "imss/upload/progress-never-falls": "takes a byte of progress back after every step of an upload";
    SendsMoreThanSize breaks "imss/upload/progress-within-size": "counts a byte more than the image has";
    FinishesUploadsEarly breaks "imss/upload/done-is-complete": "takes an upload for done before all bytes arrived";
    LeavesOutJobFinish breaks "imss/upload/done-has-finish": "ends jobs without finishedAt";
    FailsWithoutError breaks "imss/upload/error-has-error": "fails uploads without an error";
    CarriesErrorsAlong breaks "imss/upload/no-error-otherwise": "shows an error on uploads that go on";
    JobLagsBehind breaks "imss/upload/job-sums-images": "shows a job one byte behind its uploads";
    JobDoneTooEarly breaks "imss/upload/job-done-needs-images": "takes a job for done when its last byte arrived and an upload goes on";
    UploadsStrayImages breaks "imss/upload/uploads-belong": "uploads an image that is not in the job";
    UploadsForNoJob breaks "imss/upload/uploads-belong": "uploads an image for a job that does not exist";
    UploadsBeforeJob breaks "imss/upload/job-comes-first": "says the uploads of a job before the job";
    JobsNameUnknownImages breaks "imss/upload/job-images-known": "adds an image that does not exist to every job";
    ForgetsCloudIds breaks "imss/upload/uploaded-has-cloud-id": "shows images without their cloudId";
    LeavesOutIds breaks "imss/record/ids-present": "says some uploads without an id";
    ReusesUploadIds breaks "imss/record/ids-unique-per-kind": "gives all uploads the same id";
    WritesTwoSecondsOfNanos breaks "imss/record/timestamps-valid": "writes 2,000,000,000 nanos into an image's createdAt";
    WritesYearTenThousand breaks "imss/record/timestamps-valid": "finishes jobs in the year 10000";
    GrowsImages breaks "imss/record/size-is-kept": "adds a byte to an image's size once it is uploaded";

    // grpc
    UnknownMethodIsNotFound breaks "grpc/method/unknown-method": "answers a method that its service lacks with NOT_FOUND";
    UnknownServiceIsUnavailable breaks "grpc/method/unknown-service": "answers a service that it lacks with UNAVAILABLE";
    ServesMalformedPaths breaks "grpc/method/malformed-path": "answers a malformed path with OK and an empty message";
    StopsAfterMalformedPath breaks "grpc/method/malformed-path-survived": "answers every call with UNAVAILABLE once a path was malformed";
    ServesGet breaks "grpc/method/post-only": "serves GET";
    ServesPut breaks "grpc/method/post-only": "serves PUT";
    ServesOtherContentTypes breaks "grpc/headers/wrong-content-type": "serves every content-type";
    ServesMissingContentType breaks "grpc/headers/wrong-content-type": "serves a request without content-type";
    RefusesProtoSuffix breaks "grpc/headers/content-type-suffixes": "answers application/grpc+proto with HTTP status 415";
    RefusesUnknownMetadata breaks "grpc/headers/unknown-metadata": "refuses a call with metadata that gRPC does not define";
    RefusesUnknownBinaryMetadata breaks "grpc/headers/unknown-metadata": "refuses a call with binary metadata that gRPC does not define";
    RequiresBinPadding breaks "grpc/headers/bin-padding": "refuses binary metadata without padding";
    RefusesBinPadding breaks "grpc/headers/bin-padding": "refuses binary metadata with padding";
    RefusesJoinedBin breaks "grpc/headers/bin-comma-joined": "refuses binary metadata with a comma";
    StopsAfterBadBin breaks "grpc/headers/bad-bin": "answers every call with UNAVAILABLE once binary metadata was no base64";
    ResetsMalformedWithInternalError breaks "grpc/headers/connection-header": "resets malformed requests with INTERNAL_ERROR";
    NeverAnswersWithoutTe breaks "grpc/headers/te-missing": "never answers a request without te";
    NeverAnswersLargeMetadata breaks "grpc/headers/large-metadata": "never answers a request with more than 32 KiB of metadata";
    StopsAfterLargeMetadata breaks "grpc/headers/large-metadata": "answers every call with UNAVAILABLE once a request had more than 32 KiB of metadata";
    EndsTimeoutEarly breaks "grpc/timeout/units": "ends a call at half its grpc-timeout";
    TakesMinutesForSeconds breaks "grpc/timeout/units": "takes a grpc-timeout in minutes for seconds";
    TakesNanosForMicros breaks "grpc/timeout/units": "takes a grpc-timeout in nanoseconds for microseconds";
    IgnoresTimeout breaks "grpc/timeout/expires": "ignores grpc-timeout";
    ForgetsTimeoutBehindHeaders breaks "grpc/timeout/expires": "forgets grpc-timeout once the headers of the answer are out";
    ExpiresLate breaks "grpc/timeout/expires": "ends a call two seconds behind its grpc-timeout";
    ExpiresWithUnavailable breaks "grpc/timeout/expires": "ends an expired call with UNAVAILABLE";
    ExpiresWithCancelled breaks "grpc/timeout/expires-code": "ends an expired call with CANCELLED";
    IgnoresMalformedTimeout breaks "grpc/timeout/malformed": "ignores a malformed grpc-timeout";
    TakesNineDigits breaks "grpc/timeout/malformed": "takes a grpc-timeout of nine digits";
    AssumesTimeout breaks "grpc/timeout/absent": "ends a call without grpc-timeout after a second";
    NeverAnswersZeroTimeout breaks "grpc/timeout/zero": "never answers a call with a grpc-timeout of zero";
    OverflowsLongTimeouts breaks "grpc/timeout/max": "ends a call at once when its grpc-timeout in milliseconds takes more than 31 bits";
    SkipsEmptyMessages breaks "grpc/message/empty": "passes over messages of no bytes";
    RefusesSplitPrefix breaks "grpc/message/split-anywhere": "refuses a message whose prefix is split over DATA frames";
    RefusesSplitMessage breaks "grpc/message/split-anywhere": "refuses a message that is split over DATA frames behind its prefix";
    CountsCoalescedAsOne breaks "grpc/message/coalesced": "throws away what comes behind a message in the same DATA frame";
    EndsConnectionOnEmptyData breaks "grpc/message/empty-data-frames": "closes the connection at an empty DATA frame without END_STREAM";
    RefusesLoneEndStream breaks "grpc/message/end-stream-alone": "refuses a call whose END_STREAM comes on an empty DATA frame";
    UnparseableIsUnknown breaks "grpc/message/unparseable": "refuses bytes that do not parse with UNKNOWN";
    ServesTruncated breaks "grpc/message/truncated": "answers a half-close inside a message with OK and an empty message";
    ForgivesTruncatedTail breaks "grpc/message/truncated": "answers a half-close inside a message behind a whole one with OK and an empty message";
    ForgivesWrongLengths breaks "grpc/message/length-lies": "answers whatever is wrong behind a whole message with OK and an empty message";
    TooLargeIsOutOfRange breaks "grpc/message/too-large": "refuses a message that is too large with OUT_OF_RANGE";
    JudgesSizeLate breaks "grpc/message/too-large-early": "reads a message that is too large to its end before it refuses it";
    NeverRefusesHugePrefix breaks "grpc/message/huge-prefix": "never answers a call with a length prefix of 2^31 or more";
    ServesZeroMessages breaks "grpc/message/zero-on-unary": "answers a unary call without a message with OK and an empty message";
    ServesTwoMessages breaks "grpc/message/two-on-unary": "answers a unary call with two messages with OK and an empty message";
    ServesReservedFlags breaks "grpc/message/flag-reserved": "takes a message whose flag is 2 or more for one with flag 0";
    ServesFlagWithoutEncoding breaks "grpc/compression/flag-without-encoding": "answers a compressed flag without grpc-encoding with OK and an empty message";
    FlagWithoutEncodingIsUnimplemented breaks "grpc/compression/flag-without-encoding": "refuses a compressed flag without grpc-encoding with UNIMPLEMENTED";
    UnknownEncodingIsInternal breaks "grpc/compression/unknown-encoding": "refuses a message of an unknown encoding with INTERNAL";
    AdvertisesUnknownEncoding breaks "grpc/compression/unknown-encoding": "names every encoding that a client used in grpc-accept-encoding";
    LeavesOutAcceptEncoding breaks "grpc/compression/unknown-encoding": "sends no grpc-accept-encoding";
    RefusesUnusedEncoding breaks "grpc/compression/unknown-encoding": "refuses an unknown grpc-encoding with UNAVAILABLE although the message has flag 0";
    RefusesGzip breaks "grpc/compression/gzip": "refuses gzip messages with UNIMPLEMENTED and lists gzip in grpc-accept-encoding";
    ServesCorrupt breaks "grpc/compression/corrupt": "answers a message that does not decompress with OK and an empty message";
    ServesBomb breaks "grpc/compression/bomb": "answers a message that is too large once decompressed with OK and an empty message";
    StopsAfterBomb breaks "grpc/compression/bomb": "answers every call with UNAVAILABLE once a message was too large decompressed";
    RefusesUncompressedAmongGzip breaks "grpc/compression/uncompressed-flag-zero": "refuses a message with flag 0 in a call whose grpc-encoding is gzip";
    TalksToResetStream breaks "grpc/cancel/reset": "sends DATA on a stream that the client reset, behind the answer to its next PING";
    EndsConnectionOnReset breaks "grpc/cancel/reset": "closes the connection at RST_STREAM";
    StopsAfterMassCancel breaks "grpc/cancel/mass": "answers every call with UNAVAILABLE once 500 streams were reset";
    EchoesWrongPing breaks "grpc/connection/ping": "flips a bit in the answer to a PING";
    SendsGoawayOnBadCall breaks "grpc/connection/goaway-free": "sends GOAWAY behind a call that it refused";
    RefusesManyCalls breaks "grpc/connection/concurrent-streams": "refuses a connection's calls past eight at a time with UNAVAILABLE";
    MixesUpAnswers breaks "grpc/connection/concurrent-streams": "gives a call the answer to another when a connection has more than eight at a time";
    RefusesPastCapWithInternalError breaks "grpc/connection/stream-cap": "resets streams past the cap with INTERNAL_ERROR";
    EndsConnectionPastCap breaks "grpc/connection/stream-cap-spares-others": "answers a stream past the cap with GOAWAY and closes the connection";
    HoldsUpOthersForSlowReader breaks "grpc/connection/slow-reader": "sends no other answer while one waits for its client's window";
    StopsAtFullWindow breaks "grpc/connection/slow-reader": "answers every call with UNAVAILABLE once the window of a connection was used up";
    BearsFiftyHalfOpen breaks "grpc/connection/half-open": "closes new connections while 50 have not said anything";
    AnswersWithHttp500 breaks "grpc/response/http-200": "refuses with HTTP status 500";
    ResetsRefusedCalls breaks "grpc/response/no-bare-reset": "resets a call where a status that refuses it was due";
    AnswersAsJson breaks "grpc/response/content-type": "labels its answers application/json";
    SendsTwoStatuses breaks "grpc/response/one-status": "sends grpc-status twice";
    PadsStatus breaks "grpc/response/one-status": "writes grpc-status with a leading zero";
    SaysStatus99 breaks "grpc/response/one-status": "says 99 where a status other than OK is due";
    LeavesOutGrpcStatus breaks "grpc/response/one-status": "sends trailers without grpc-status";
    SendsStatusInHeaders breaks "grpc/response/status-in-trailers": "sends grpc-status with the headers of an answer, and not in its trailers";
    SendsRawMessage breaks "grpc/response/message-encoding": "sends grpc-message in UTF-8 as it is";
    SendsBarePercent breaks "grpc/response/message-encoding": "leaves percent signs in grpc-message as they are";
    SendsMessageWithOk breaks "grpc/response/no-message-with-ok": "sends a grpc-message with OK";
    FlagsPlainAnswers breaks "grpc/response/flag-matches-encoding": "flags its messages as compressed, without grpc-encoding";
    RepeatsUnaryAnswer breaks "grpc/response/one-message-on-unary": "sends the answer of a unary call twice";
    LeavesOutUnaryAnswer breaks "grpc/response/one-message-on-unary": "ends a unary call with OK and no message";
    TruncatesAnswers breaks "grpc/response/frames-whole": "leaves out the last byte of what it answers";
    MalformedPathIsInvalidArgument breaks "grpc/response/reserved-codes": "refuses a malformed path with INVALID_ARGUMENT";
    TruncatedIsDataLoss breaks "grpc/response/reserved-codes": "refuses a half-close inside a message with DATA_LOSS";
    DetailsNameOtherCode breaks "grpc/response/details-agree": "sends grpc-status-details-bin with another code";
    DetailsSayOtherMessage breaks "grpc/response/details-agree": "sends grpc-status-details-bin with another message";
}
