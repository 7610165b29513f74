package sample

// agent is an agent token of the demonstration.
type agent struct {
	description string
	created     string // month, day and time
	reaches     string // "" is Org Agent; "-" nothing; else deployments, and "branches"
	revoked     string // when; "" for one that works
}

var agents = []agent{
	{"nightly-hybrid-eu", "01-14 10:05", "", ""},
	{"k8s agent, prod-eu, blue", "01-14 10:31", "prod-eu", ""},
	{"k8s agent, prod-eu, green", "01-14 10:33", "prod-eu", ""},
	{"k8s agent, prod-us", "01-15 09:12", "prod-us", ""},
	{"ecs agent, us-east-1", "01-15 16:40", "prod-us staging", "02-24 17:02"},
	{"Übergangsagent für die alte Flotte", "01-16 08:50", "prod-eu prod-us", "02-20 08:31"},
	{"docker agent on build-3", "01-19 11:20", "dev branches", ""},
	{"Tokyo region, primary", "01-20 10:30", "prod-ap", ""},
	{"Tokyo region, standby", "01-20 10:32", "prod-ap", ""},
	{"load test, remove after January", "01-21 15:00", "staging", "02-02 09:40"},
	{"agent for the analytics team", "01-22 09:45", "analytics", ""},
	{"ds-playground, shared GPU box", "01-26 10:10", "data-science dev", ""},
	{"local agent, quentin's laptop", "01-27 14:10", "dev", "02-10 09:03"},
	{"staging runner, blue", "02-02 11:15", "staging staging-blue dev", ""},
	{"staging runner, green", "02-02 11:18", "staging", ""},
	{"branch deployments, pool 1", "02-03 09:30", "branches", ""},
	{"branch deployments, pool 2", "02-03 09:31", "branches", ""},
	{"terraform: hybrid-agent module v4", "02-04 13:22", "prod-eu prod-us prod-ap", ""},
	{"helm chart default, please replace", "02-05 10:08", "", "02-12 10:41"},
	{"CI smoke tests", "02-06 09:59", "staging dev", ""},
	{"disaster recovery drill 2026-02", "02-09 10:00", "prod-eu prod-us", "02-09 17:30"},
	{"nightly-hybrid-us", "02-09 14:20", "", ""},
	{"migration from serverless, wave 1", "02-10 09:15", "prod-us analytics", "03-04 16:20"},
	{"migration from serverless, wave 2", "02-16 09:15", "prod-eu analytics", ""},
	{"prod-eu canary, 5 % of runs", "02-17 11:02", "prod-eu", ""},
	{"データ基盤チームの夜間バッチ", "02-19 07:44", "", ""},
	{"resto de la flotte, région Paris", "02-19 15:10", "prod-eu", ""},
	{"airflow bridge", "02-20 09:20", "prod-eu prod-us", ""},
	{"airflow bridge (old key, in use until cutover)", "02-20 09:24", "prod-eu", "03-06 18:01"},
	{"수요 예측 배치, 서울", "02-23 08:15", "prod-ap", ""},
	{"backfill 2024 Q1 to Q4", "02-24 10:33", "analytics", ""},
	{"vendor access, expires with contract", "02-25 13:05", "analytics", "02-26 09:12"},
	{"staging, spot instances only", "02-26 09:40", "staging staging-blue", ""},
	{"prod-us failover, cold", "02-27 16:45", "prod-us prod-eu", ""},
	{"k8s agent for branch deployments", "03-01 10:20", "branches", ""},
	{"机器学习训练集群", "03-02 08:30", "data-science", ""},
	{"audit export, read side", "03-03 11:11", "analytics", ""},
	{"prod-ap blue/green switch", "03-04 09:50", "prod-ap staging", ""},
	{"pair debugging with support, ticket 8841", "03-06 13:37", "staging", "03-06 15:20"},
	{"", "03-07 09:05", "-", ""},
}

// purposes are what user tokens are for.
var purposes = []string{
	"laptop", "work laptop, Linux", "MacBook", "desktop at the office", "phone, read only in practice",
	"notebook server", "JupyterLab, shared", "dbt runs", "dbt Cloud trigger", "GitHub Actions",
	"GitLab CI", "pre-commit checks", "backfill script", "weekly report", "月次レポート",
	"on-call tooling", "Grafana panel", "alert webhook", "Terraform", "VS Code extension",
	"API experiments", "GraphQL playground", "asset checks nightly", "data quality dashboard", "cost report",
	"schedule toggler", "sensor restarts", "run retries", "Slack bot", "Raycast shortcut",
	"migration script", "load test", "демо для команды", "workshop, delete later", "customer demo",
	"pagerduty bridge", "zsh completion helper", "rétrospective Q1", "cron on ops-2", "code location reload",
}

// places tell user tokens for the same thing apart.
var places = []string{"", "", "", " (old)", " (new)", ", ops-1", ", ops-2", ", eu-west-1", ", us-east-1", ", home office", " 2", " 2026"}
