//! The load balancer: choosing a server, health checks, queues, retries.

mod candidate;
mod first;
mod least_conn;
mod map;
#[cfg(test)]
mod properties;
mod random;
mod round_robin;
pub mod select;
mod source;
mod static_rr;
#[cfg(test)]
mod testing;
