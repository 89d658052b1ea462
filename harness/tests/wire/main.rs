//! The reader, the writer, values, dumps and schemas: the encoding's rules one by one, and that
//! nothing panics whatever the bytes.

mod dumps;
mod hostile;
mod keeping;
mod merging;
mod reading;
mod refused_schemas;
mod scalars;
mod schemas;
mod values;
mod vocabulary;
