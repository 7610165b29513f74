package doctor

import "testing"

func TestMountedAs(t *testing.T) {
	const table = `22 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw
36 22 0:32 /srv /mnt rw,noatime master:1 shared:2 - fuse.sshfs ana@host:/srv rw
37 22 0:33 / /mnt/my\040disk rw - nfs4 host:/x rw
38 22 0:34
`
	for device, want := range map[string]string{"8:1": "ext4", "0:32": "fuse.sshfs", "0:33": "nfs4", "0:34": "", "9:9": ""} {
		if got := mountedAs([]byte(table), device); got != want {
			t.Errorf("%s: %q, want %q", device, got, want)
		}
	}
}
