// Package e2e proves that jeton's doors work for programs that know nothing of it: nginx,
// Caddy, Apache with mod_oauth2, an OAuth client from npm, gitleaks and systemd, each with the file of
// serve/deploy as it is shipped. It has tests only, and make e2e runs them.
//
// Each test runs the program as it is built: an organization and its tokens are made by
// jeton's commands, and jeton serve answers. What the files leave to who installs them
// (addresses, certificates, the deployment) is set the way their comments say, and nothing
// else of them is changed.
//
// The environment variable JETON_E2E is the directory into which the script install put the
// programs; without it the tests are skipped. JETON_BIN is the jeton to run; without it one is built.
//
// Everything listens on loopback and lies in temporary directories, and each program is ended
// by the test that started it.
package e2e
