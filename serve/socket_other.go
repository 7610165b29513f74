//go:build !linux && !darwin

package serve

import (
	"errors"
	"net"
)

// peerOf says that it is not known here who connected, so that nobody gets in.
func peerOf(*net.UnixConn) (Peer, error) {
	return Peer{}, errors.New("peers of a socket are not known on this system")
}
