package wire

// ClaimPath is where a process asks, at the socket in the store's directory, to be given the
// store. It is no part of the management API.
const ClaimPath = "/claim"
