package serve

import (
	"fmt"
	"net"
	"os"
)

// notify tells the service manager that started this process how it is, in the words of
// sd_notify(3): "READY=1", "STOPPING=1". Without one it does nothing.
func notify(state string) error {
	path := os.Getenv("NOTIFY_SOCKET")
	if path == "" {
		return nil
	}
	c, err := net.DialUnix("unixgram", nil, &net.UnixAddr{Name: path, Net: "unixgram"})
	if err != nil {
		return fmt.Errorf("tell the service manager: %w", err)
	}
	if _, err = c.Write([]byte(state)); err != nil {
		_ = c.Close()
		return fmt.Errorf("tell the service manager: %w", err)
	}
	return c.Close()
}
