package ui

import "jeton/model"

// kindWords is what the screens call a kind of token and its list.
type kindWords struct {
	one, list   string
	none, about string // in place of rows, when there are none
	noEdit      string // why its permissions are not edited; empty where they are
}

func wordsOf(kind model.TokenKind) kindWords {
	switch kind {
	case model.UserToken:
		return kindWords{"User token", "User tokens", "No user tokens yet", "User tokens authenticate as you, for your scripts.",
			"A user token has no permissions of its own: its owner's roles decide."}
	case model.ServiceToken:
		return kindWords{"Service credential", "Service credentials", "No service credentials yet", "They let a service ask about tokens.",
			"A service credential has no permissions: it reaches nothing, and may ask about every token."}
	}
	return kindWords{one: "Agent token", list: "Agent tokens", none: "No agent tokens yet", about: "Agent tokens authenticate Hybrid agents."}
}

// working is how many tokens of a kind work; of user tokens, one's own.
func working(s *session, kind model.TokenKind) int {
	switch kind {
	case model.UserToken:
		return s.self.UserTokens
	case model.ServiceToken:
		return s.self.Services
	}
	return s.self.AgentTokens
}
