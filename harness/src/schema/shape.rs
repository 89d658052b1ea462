//! How many messages go each way on a method.

use super::{Method, Schema};

/// How many messages go each way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// One each way.
    Unary,
    /// The client sends as many as it likes.
    ClientStreaming,
    /// The server answers one with as many as it likes.
    ServerStreaming,
}

impl Shape {
    /// Of a method of a schema.
    pub fn of(method: &Method) -> Shape {
        match (method.client_streaming, method.server_streaming) {
            (true, _) => Shape::ClientStreaming,
            (false, true) => Shape::ServerStreaming,
            (false, false) => Shape::Unary,
        }
    }

    /// Of a path, where the contract has it.
    pub fn of_path(path: &str) -> Option<Shape> {
        Schema::contract().method(path).map(Shape::of)
    }
}
