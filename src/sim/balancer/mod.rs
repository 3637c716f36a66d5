//! The load balancer: choosing a server, health checks, queues, retries.
