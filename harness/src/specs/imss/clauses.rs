//! The clauses of imss.

use crate::specs::clauses;

clauses! {
    "imss", "data/imss.proto, protocol documentation";

    ONE_ACTIVE: Must "session/one-active",
        "At no point are two sessions active, that is not completed.",
        "Session.completed";
    COMPLETED_IS_FINAL: Must "session/completed-is-final",
        "A completed session does not become active again.",
        "Session.completed";
    COMPLETED_HAS_FINISH: Should "session/completed-has-finish",
        "A session that is completed has finishedAt, and one that is not has none.",
        "Session.completed and Session.finishedAt";
    FINISH_AFTER_START: Must "session/finish-after-start",
        "finishedAt of a session or a job is not before its createdAt.",
        "Session.finishedAt and UploadJob.finishedAt";
    IMAGES_BELONG: Must "session/images-belong",
        "The sessionId of an image is the id of the session that lists it.",
        "Image.sessionId and Session.images";
    CREATED_IS_KEPT: Must "session/created-is-kept",
        "createdAt of a session, an image or a job never changes.",
        "Session.createdAt, Image.createdAt and UploadJob.createdAt";

    NEVER_BACKWARDS: Must "upload/never-backwards",
        "The status of a job or of an image's upload goes from UNKNOWN over IN_PROGRESS to DONE or ERROR, and never back.",
        "UploadStatus";
    FINAL_IS_FINAL: Must "upload/final-is-final",
        "Nothing of a job or an upload changes once it is DONE or ERROR.",
        "UploadStatus";
    PROGRESS_NEVER_FALLS: Must "upload/progress-never-falls",
        "The progress of a job or an upload never decreases.",
        "ImageUpload.progress and UploadJob.progress";
    PROGRESS_WITHIN_SIZE: Must "upload/progress-within-size",
        "Progress is at most the size: of the job, or of the image that is uploaded.",
        "ImageUpload.progress, UploadJob.progress and UploadJob.size";
    DONE_IS_COMPLETE: Must "upload/done-is-complete",
        "What is DONE has made as much progress as its size.",
        "UploadStatus and UploadJob.size";
    DONE_HAS_FINISH: Should "upload/done-has-finish",
        "A job that is DONE or ERROR has finishedAt, and one that is not has none.",
        "UploadJob.finishedAt";
    ERROR_HAS_ERROR: Should "upload/error-has-error",
        "An upload of status ERROR has an error.",
        "ImageUpload.error";
    NO_ERROR_OTHERWISE: Should "upload/no-error-otherwise",
        "An upload of another status than ERROR has no error.",
        "ImageUpload.error";
    JOB_SUMS_IMAGES: Should "upload/job-sums-images",
        "A job's size is the sum of its images' sizes, its progress the sum over the latest upload of each of them.",
        "UploadJob.size and UploadJob.progress";
    JOB_DONE_NEEDS_IMAGES: Must "upload/job-done-needs-images",
        "A job is DONE only when the latest upload of each of its images is DONE.",
        "UploadJob.status and ImageUpload.status";
    UPLOADS_BELONG: Must "upload/uploads-belong",
        "An upload's jobId names a job of the trace, and its imageId one of that job's imageIds.",
        "ImageUpload.jobId and ImageUpload.imageId";
    JOB_COMES_FIRST: Should "upload/job-comes-first",
        "A job is seen before the uploads that belong to it.",
        "ImageUpload.jobId";
    JOB_IMAGES_KNOWN: Should "upload/job-images-known",
        "By the end of the trace every imageId of a job names an image of the trace.",
        "UploadJob.imageIds";
    UPLOADED_HAS_CLOUD_ID: Should "upload/uploaded-has-cloud-id",
        "An image of which an upload is DONE has a cloudId from then on.",
        "Image.cloudId";

    IDS_PRESENT: Must "record/ids-present",
        "Every session, image, upload and job has an id.",
        "Session.id, Image.id, ImageUpload.id and UploadJob.id";
    IDS_UNIQUE_PER_KIND: Must "record/ids-unique-per-kind",
        "An id means one thing for the whole trace: an image's sessionId, and an upload's jobId and imageId, never change.",
        "Image.sessionId, ImageUpload.jobId and ImageUpload.imageId";
    TIMESTAMPS_VALID: Must "record/timestamps-valid",
        "Every timestamp lies in the years 1 to 9999, with 0 to 999,999,999 nanoseconds.",
        "google.protobuf.Timestamp";
    SIZE_IS_KEPT: Must "record/size-is-kept",
        "The size of an image or a job never changes.",
        "Image.size and UploadJob.size";
}
