package sample

import "jeton/model"

// person is a user of the demonstration.
type person struct {
	login, name string
	joined      string // "01-12 10:20", month, day and time
	admin       bool   // Organization Admin
	roles       string // "prod-eu Editor, staging Admin"
	tokens      int    // user tokens that work at the end
}

// founder is the first user, who creates the organization.
const founder = "ana"

// cast lists everybody else; the founder's own tokens stand first.
var cast = []person{
	{login: founder, name: "Ana Ribeiro", joined: "01-12 10:04", admin: true, tokens: 3},
	{login: "ben", name: "Ben Carter", joined: "01-12 10:09", admin: true, tokens: 7},
	{login: "chen", name: "陈思远", joined: "01-12 10:15", roles: "prod-eu Admin, prod-us Admin, staging Admin", tokens: 9},
	{login: "daria", name: "Дарья Орлова", joined: "01-12 10:21", roles: "prod-eu Editor, staging Admin, dev Admin", tokens: 8},
	{login: "emeka", name: "Emeka Okafor", joined: "01-13 09:02", roles: "prod-us Editor, staging Editor", tokens: 7},
	{login: "fatima", name: "Fatima Zahra Idrissi", joined: "01-13 09:05", roles: "analytics Admin, prod-eu Viewer", tokens: 9},
	{login: "goran", name: "Goran Petrović", joined: "01-13 09:11", roles: "prod-eu Launcher, staging Editor", tokens: 6},
	{login: "hana", name: "山田 花", joined: "01-14 08:40", roles: "prod-ap Admin, staging Editor", tokens: 8},
	{login: "ines", name: "Inês Carvalho", joined: "01-14 08:44", roles: "analytics Editor", tokens: 6},
	{login: "jonas", name: "Jonas Weiß", joined: "01-15 11:30", roles: "dev Admin, staging Launcher", tokens: 7},
	{login: "kofi", name: "Kofi Mensah", joined: "01-19 09:00", roles: "prod-us Launcher, dev Editor", tokens: 5},
	{login: "lena", name: "Lena Müller-Hartmann", joined: "01-19 09:03", roles: "prod-eu Viewer, analytics Launcher", tokens: 6},
	{login: "minh", name: "Nguyễn Minh", joined: "01-20 10:12", roles: "prod-ap Editor, dev Editor", tokens: 8},
	{login: "nora", name: "Nora Lindqvist", joined: "01-21 14:02", roles: "staging Admin, staging-blue Admin", tokens: 7},
	{login: "omar", name: "Omar Haddad", joined: "01-26 09:30", roles: "data-science Admin, dev Editor", tokens: 9},
	{login: "priya", name: "Priya Raman", joined: "01-26 09:33", roles: "data-science Editor, analytics Viewer", tokens: 8},
	{login: "quentin", name: "Quentin Dubois", joined: "01-27 13:45", roles: "dev Editor", tokens: 4},
	{login: "rosa", name: "Rosa Jiménez", joined: "01-28 10:00", roles: "prod-us Viewer, analytics Editor", tokens: 6},
	{login: "sven", name: "Sven Aasen", joined: "02-02 09:15", roles: "staging Launcher, dev Editor", tokens: 6},
	{login: "tomoko", name: "佐藤 智子", joined: "02-02 09:18", roles: "prod-ap Launcher, analytics Viewer", tokens: 7},
	{login: "uma", name: "Uma Krishnan", joined: "02-04 11:05", roles: "data-science Launcher", tokens: 6},
	{login: "viktor", name: "Viktor Novák", joined: "02-09 08:55", roles: "prod-eu Editor, prod-us Editor, dev Admin", tokens: 8},
	{login: "wanjiru", name: "Wanjirũ Kamau", joined: "02-09 09:01", roles: "analytics Viewer", tokens: 4},
	{login: "xavier", name: "Xavier Roig", joined: "02-11 10:40", roles: "dev Launcher", tokens: 5},
	{login: "yuki", name: "高橋 勇気", joined: "02-12 09:20", roles: "prod-ap Viewer, staging Viewer", tokens: 5},
	{login: "zofia", name: "Zofia Wiśniewska", joined: "02-16 09:10", roles: "staging Editor, dev Editor", tokens: 6},
	{login: "airflow-bot", name: "Airflow migration", joined: "02-17 15:00", roles: "prod-eu Launcher, prod-us Launcher", tokens: 9},
	{login: "ci", name: "Continuous integration", joined: "02-18 09:00", roles: "staging Launcher, dev Launcher", tokens: 11},
	{login: "marek", name: "Marek Dvořák", joined: "02-19 09:30", roles: "prod-eu Viewer", tokens: 2},
	{login: "sofia", name: "Sofía Castro", joined: "03-02 09:05", roles: "dev Viewer", tokens: 2},
}

// deployments are those there are from the beginning, and under which name.
var deployments = []string{"prod-eu", "prod-us", "prod-ap", "staging", "staging-blue", "dev", "analytics", "ds-playground"}

// Found is the change that creates the organization of the demonstration, with account
// (an operating-system user id) bound to its first user.
func Found(account uint32) model.Found {
	return model.Found{Organization: "acme", Deployments: deployments, Login: founder, Account: account}
}
