//! The waterfall of visits through sound and broken worlds.
