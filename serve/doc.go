// Package serve is the doors of a running jeton: where proxies and services ask over HTTP
// whether a token is good. It decides nothing itself; every verdict is the store's, of the
// state of now. Rules that hold at every door:
//
//   - Closed, never open: while the store cannot answer, or was not yet compared with its
//     journal, the answer is 503.
//   - A token comes in a header or in a form, never in a URL, where it would be kept in logs
//     and histories. A URL that holds one is refused, also one that a proxy passes on
//     (X-Original-URI, X-Forwarded-Uri); the token should then be revoked.
//   - What is asked for is said once. Two credentials that differ, or two deployments, are
//     refused and not chosen between: what a client adds cannot take the place of what a
//     proxy was configured to ask.
//   - A token that is unknown, revoked or of a deactivated user gets the same answer in the
//     same time: the store looks all of them up in the same way, by a keyed hash, and nothing
//     here compares values.
//   - Nothing that came in a header, a query or a body is written to the log or to metrics,
//     but addresses that were parsed; a token is its number.
//
// # Who may ask
//
// GET /auth may be asked by whoever holds a token: it tells them about that token alone.
// POST /introspect and POST /token-review need a service credential. /healthz, /readyz and
// /metrics tell nothing about any token.
//
// # Where a request came from
//
// The source address is the peer's. From a loopback peer, a unix socket or a trusted proxy
// it is the nearest address of X-Forwarded-For that is not one of these itself, or X-Real-IP
// where there is no X-Forwarded-For.
//
// # Limits
//
// Only failures are limited: values of no token that works, and bad service credentials, by
// source address (IPv6 by /64). Values have 256 random bits and cannot be guessed, so this
// keeps noise down. It comes in two steps, so that a good agent behind the same address as a
// bad one is hurt as late as possible:
//
//   - slowed: after 30 failures, and then one in a second, a failure is answered 429 with
//     Retry-After. Every token is still looked at, and good ones get in;
//   - shut: after 600 failures, and then 50 in a second, nothing from that address is
//     looked at. An agent that retries a revoked token every half second does not come near.
//
// A trusted proxy that does not say for whom it asks is slowed and never shut.
package serve
