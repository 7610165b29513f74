//go:build linux

package e2e

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// startNginx replaces what the lines marked "yours" say, and has a nginx.conf around the
// file, as Debian's includes conf.d.
func startNginx(t *testing.T, at setting) string {
	t.Helper()
	addr := freeAddr(t)
	conf := replaced(t, "nginx.conf",
		"server 127.0.0.1:7625;", "server "+at.jeton+";",
		"server 127.0.0.1:3000;", "server "+at.service+";",
		"listen 443 ssl;", "listen "+addr+" ssl;",
		"/etc/ssl/certs/service.pem", at.certificate.cert,
		"/etc/ssl/private/service.key", at.certificate.key)
	write(t, at.dir, "jeton.conf", conf)
	main := `daemon off;
pid nginx.pid;
error_log stderr notice;
events {}
http {
	access_log access.log;
	client_body_temp_path body;
	proxy_temp_path proxy;
	fastcgi_temp_path fastcgi;
	uwsgi_temp_path uwsgi;
	scgi_temp_path scgi;
	include jeton.conf;
}
`
	if os.Geteuid() == 0 {
		main = "user root;\n" + main // others cannot enter the directory of a test
	}
	write(t, at.dir, "nginx.conf", main)
	p := start(t, at.dir, environment(t, at.dir), debian(t, "/usr/sbin/nginx"), "-p", at.dir, "-c", "nginx.conf", "-e", "stderr")
	p.listens(t, addr)
	return addr
}

// replaced returns a file as shipped with some of its text, which it must have once,
// replaced.
func replaced(t *testing.T, name string, pairs ...string) string {
	t.Helper()
	raw, err := os.ReadFile(shipped(t, name))
	if err != nil {
		t.Fatal(err)
	}
	text := string(raw)
	for i := 0; i < len(pairs); i += 2 {
		if n := strings.Count(text, pairs[i]); n != 1 {
			t.Fatalf("%s has %q %d times", name, pairs[i], n)
		}
		text = strings.Replace(text, pairs[i], pairs[i+1], 1)
	}
	return text
}

// startCaddy sets the environment variables that the file names. The options are for a
// Caddy beside others: no port for administration, and none for redirects.
func startCaddy(t *testing.T, at setting) string {
	t.Helper()
	addr := freeAddr(t)
	env := environment(t, at.dir, "XDG_DATA_HOME="+at.dir, "XDG_CONFIG_HOME="+at.dir,
		"JETON_CADDY_OPTIONS=admin off\nauto_https disable_redirects", "JETON_SITE=https://"+addr,
		"JETON_TLS=tls "+at.certificate.cert+" "+at.certificate.key,
		"JETON_ADDRESS="+at.jeton, "JETON_SERVICE="+at.service)
	p := start(t, at.dir, env, debian(t, "/usr/bin/caddy"), "run", "--config", shipped(t, "Caddyfile"))
	p.listens(t, addr)
	return addr
}

// apacheModules are those that Debian has on, those that the file asks for, and mod_oauth2.
var apacheModules = []string{"mpm_event", "authn_core", "authz_core", "authz_user", "socache_shmcb", "ssl", "headers", "setenvif", "proxy", "proxy_http", "oauth2"}

// startApache includes the file after definitions, with a configuration around it as
// Debian's has it.
func startApache(t *testing.T, at setting) string {
	t.Helper()
	return startApacheWith(t, at, shipped(t, "apache.conf"))
}

func startApacheWith(t *testing.T, at setting, file string) string {
	t.Helper()
	addr := freeAddr(t)
	credential := write(t, at.dir, "apache-credential.conf", "Define JETON_CREDENTIAL "+at.credential.value.Expose()+"\n")
	var main strings.Builder
	for _, m := range apacheModules {
		fmt.Fprintf(&main, "LoadModule %s_module %s\n", m, debian(t, "/usr/lib/apache2/modules/mod_"+m+".so"))
	}
	fmt.Fprintf(&main, "ServerName 127.0.0.1\nServerRoot %s\nDefaultRuntimeDir %s\nPidFile apache.pid\nErrorLog %s\nListen %s\n",
		at.dir, at.dir, filepath.Join(at.dir, "apache2.log"), addr)
	if os.Geteuid() == 0 {
		main.WriteString("User nobody\nGroup nogroup\n") // Apache does not serve as root
	}
	fmt.Fprintf(&main, "Define JETON_CREDENTIAL_FILE %s\nDefine JETON_URL http://%s\nDefine JETON_SERVICE http://%s\nDefine JETON_LISTEN %s\n",
		credential, at.jeton, at.service, addr)
	fmt.Fprintf(&main, "Define JETON_CERTIFICATE %s\nDefine JETON_CERTIFICATE_KEY %s\nInclude %s\n",
		at.certificate.cert, at.certificate.key, file)
	conf := write(t, at.dir, "apache2.conf", main.String())
	p := start(t, at.dir, environment(t, at.dir), debian(t, "/usr/sbin/apache2"), "-f", conf, "-D", "FOREGROUND")
	p.listens(t, addr)
	return addr
}
