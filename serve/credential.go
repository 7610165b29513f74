package serve

import (
	"encoding/base64"
	"net/http"
	"net/url"
	"strings"
)

// platformHeader is the header in which agents of the platform send their token, as
// net/http spells it.
const platformHeader = "Dagster-Cloud-Api-Token"

// Refusals of what came as credentials.
var (
	twoCredentials = bearerRefusal(http.StatusBadRequest, "invalid_request", "more than one credential was sent: send one")
	noToken        = refused(http.StatusUnauthorized, "invalid_token", "no token was sent: send Authorization: Bearer, or Dagster-Cloud-Api-Token").challenged("", "")
)

// presented returns the token that a request carries: a Bearer one of RFC 6750, or the
// platform's. Authorization of another scheme is not for us.
func presented(h http.Header) (string, *refusal) {
	authorization, platform := h["Authorization"], h[platformHeader]
	if len(authorization) > 1 || len(platform) > 1 {
		return "", twoCredentials
	}
	value := ""
	if len(authorization) == 1 {
		value, _ = afterScheme(authorization[0], "bearer")
	}
	if len(platform) == 1 {
		other := strings.TrimSpace(platform[0])
		if value != "" && other != "" && value != other {
			return "", twoCredentials
		}
		value = other
	}
	if value == "" {
		return "", noToken
	}
	return value, nil
}

// afterScheme returns the credentials of an Authorization header of the scheme, in lower
// case.
func afterScheme(header, scheme string) (string, bool) {
	if len(header) <= len(scheme) || header[len(scheme)] != ' ' || !strings.EqualFold(header[:len(scheme)], scheme) {
		return "", false
	}
	return strings.TrimSpace(header[len(scheme)+1:]), true
}

// serviceCredential returns the service credential that a request carries, by Bearer or as
// the password of Basic. The user name is not looked at: a client may use what it likes, or
// the number of the credential.
func serviceCredential(h http.Header) (string, *refusal) {
	authorization := h["Authorization"]
	switch len(authorization) {
	case 0:
		return "", noService
	case 1:
	default:
		return "", twoCredentials
	}
	if value, ok := afterScheme(authorization[0], "bearer"); ok && value != "" {
		return value, nil
	}
	if encoded, ok := afterScheme(authorization[0], "basic"); ok {
		if value, ok := basicPassword(encoded); ok && value != "" {
			return value, nil
		}
		return "", badService
	}
	return "", noService
}

// basicPassword takes the password out of Basic credentials. Both halves are encoded as in a
// form (RFC 6749, section 2.3.1).
func basicPassword(encoded string) (string, bool) {
	raw, err := base64.StdEncoding.DecodeString(encoded)
	if err != nil {
		return "", false
	}
	user, password, ok := strings.Cut(string(raw), ":")
	if !ok {
		return "", false
	}
	if _, err := url.QueryUnescape(user); err != nil {
		return "", false
	}
	password, err = url.QueryUnescape(password)
	return password, err == nil
}
