//! The reader, the writer, values, dumps and schemas: the encoding's rules one by one, and that
//! nothing panics whatever the bytes.

mod dumps;
mod hostile;
mod reading;
mod schemas;
mod values;
mod vocabulary;
