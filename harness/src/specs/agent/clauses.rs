//! The clauses of the agent.

use crate::specs::clauses;

clauses! {
    "agent", "agent protocol documentation";

    JOB_MISSING: Must "required/job-missing",
        "StageInFiles and RunJob without `job` are refused.",
        "StageInFilesRequest.job and RunJobRequest.job, required";
    JOB_UUID_MISSING: Must "required/job-uuid-missing",
        "A JobId without `uuid` is refused.",
        "JobId.uuid, required";
    FILE_UUID_MISSING: Must "required/file-uuid-missing",
        "A FileId without `uuid` is refused, alone and among good ones.",
        "FileId.uuid, required";
    RESPONSE_CODE_PRESENT: Must "required/response-code-present",
        "Every RunJobResponse carries `code` on the wire, also when it is WAIT (0).",
        "RunJobResponse.code, required";
    STAGED_FILE_PRESENT: Must "required/staged-file-present",
        "Every StagedFile carries `file`, and that FileId carries `uuid`.",
        "StagedFile.file and FileId.uuid, required";
    EXPLICIT_EMPTY_IS_PRESENT: Must "required/explicit-empty-is-present",
        "A required string that is on the wire but empty is there: the request parses, so it is answered with OK, or refused with any code but INTERNAL, which tells of bytes that do not parse.",
        "JobId.uuid and FileId.uuid, required; presence in proto2";
    OPTIONAL_ABSENT: Must "required/optional-absent",
        "A JobRequirement without `python_version` is accepted.",
        "JobRequirement.python_version, optional";

    SUCCESS_WITHIN_REQUEST: Must "stage/success-within-request",
        "success_files holds only files of the request. UUIDs are compared without regard to case.",
        "StageInFilesResponse.success_files";
    NO_DUPLICATES_INVENTED: Must "stage/no-duplicates-invented",
        "No file stands in success_files more often than in the request.",
        "StageInFilesResponse.success_files";
    EMPTY_REQUEST: Should "stage/empty-request",
        "StageInFiles without files is answered with OK and empty success_files.",
        "StageInFilesRequest.files, repeated";
    AGAIN_IS_THE_SAME: Should "stage/again-is-the-same",
        "Staging the same files again succeeds and names the same set of files.",
        "Agent.StageInFiles";
    NEEDS_NO_KNOWN_JOB: Must "stage/needs-no-known-job",
        "Staging for a job that was never run succeeds; the link between files and job comes about with RunJob.",
        "StageInFilesRequest, description";
    SERVES_ANY_JOB: Should "stage/serves-any-job",
        "Files are registered for themselves: a job leaves WAIT also when its files were staged in the name of another job.",
        "StageInFilesRequest, description";
    MANY_FILES: Should "stage/many-files",
        "10,000 files in one request, about 400 KB, are answered with OK, and named in success_files as completely as two are.",
        "StageInFilesRequest.files, repeated";

    CODE_IN_ENUM: Must "run/code-in-enum",
        "The code of a RunJobResponse is 0, 1 or 2: WAIT, RUN or DONE.",
        "ResponseCode";
    NEVER_BACKWARDS: Must "run/never-backwards",
        "The codes that one job shows never go back: WAIT, then RUN, then DONE, where steps between two looks may be missed (by reading).",
        "ResponseCode";
    DONE_IS_FINAL: Must "run/done-is-final",
        "A job that has shown DONE shows DONE ever after (by reading).",
        "ResponseCode, DONE";
    WAITS_FOR_FILES: Should "run/waits-for-files",
        "A new job whose first call names a file that was never staged shows WAIT or is refused, however often the same call is repeated.",
        "ResponseCode, WAIT; StageInFilesRequest, description";
    LEAVES_WAIT: Should "run/leaves-wait",
        "Once all its files are staged, a job leaves WAIT within the observation window.",
        "ResponseCode, WAIT and RUN";
    REACHES_DONE: Should "run/reaches-done",
        "A job whose files are staged reaches DONE within the observation window.",
        "ResponseCode, DONE";
    JOBS_INDEPENDENT: Must "run/jobs-independent",
        "Jobs that are looked at in turns each keep their own order of codes (by reading).",
        "RunJobRequest.job; ResponseCode";
    CONCURRENT_CALLERS_AGREE: Must "run/concurrent-callers-agree",
        "Callers on several connections see one job: no RunJob call that begins after another has ended shows an earlier code (by reading).",
        "Agent.RunJob; ResponseCode";
    REPEATED_FILE: Should "run/repeated-file",
        "A file that stands twice in RunJob is one file: once it is staged, the job leaves WAIT within the observation window, as one that names it once does (by reading).",
        "RunJobRequest.files, repeated; ResponseCode, WAIT and RUN";
    REQUIREMENTS_ACCEPTED: Must "run/requirements-accepted",
        "RunJob with 0, 1 and 1,000 requirements, all without `python_version`, is accepted.",
        "RunJobRequest.requirements, repeated; JobRequirement.python_version, optional";

    UUID_FORMAT: Should "argument/uuid-format",
        "A uuid that is not in the text form of RFC 9562, 8-4-4-4-12 hexadecimal digits, is refused with INVALID_ARGUMENT.",
        "JobId.uuid and FileId.uuid; RFC 9562, section 4";
    CASE_INSENSITIVE_UUID: Should "argument/case-insensitive-uuid",
        "A job's uuid in upper and in lower case names the same job.",
        "JobId.uuid; RFC 9562, section 4";

    MISSING_FIELD_CODE: Should "code/missing-field-code",
        "A missing required field is refused with INVALID_ARGUMENT, or with INTERNAL where the parser refuses it.",
        "required fields; gRPC status codes";
    BAD_ARGUMENT_CODE: Should "code/bad-argument-code",
        "A bad argument is refused with INVALID_ARGUMENT.",
        "JobId.uuid and FileId.uuid; gRPC status codes";
    NOT_STAGED_CODE: Should "code/not-staged-code",
        "RunJob for a file that is not staged is answered with WAIT; where it is refused instead, then with FAILED_PRECONDITION or NOT_FOUND.",
        "ResponseCode, WAIT; gRPC status codes";
}
