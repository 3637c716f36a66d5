//! What is shown: the diagram.
