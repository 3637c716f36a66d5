//! Exact sentences, and a sentence for everything.
