//go:build race

package seal

// racing: under the race detector pools forget what they hold, on purpose.
const racing = true
