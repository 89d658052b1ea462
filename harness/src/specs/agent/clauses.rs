//! The clauses of the agent.

use crate::specs::clauses;

clauses! {
    "agent", "agent protocol documentation";

    JOB_MISSING: Must "required/job-missing",
        "StageInFiles and RunJob without `job` are refused.",
        "StageInFilesRequest.job and RunJobRequest.job, required";
}
