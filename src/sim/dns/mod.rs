//! Names to addresses: messages, the recursive resolver and the authoritative server.
