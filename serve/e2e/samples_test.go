//go:build linux

package e2e

import (
	"encoding/base64"
	"net/url"
	"strings"
)

// sample is a file with tokens in it: each ¤ stands for one.
type sample struct{ name, text string }

// samples are the places where tokens are left lying about.
func samples() []sample {
	return []sample{
		{"main.go", "package main\n\nconst token = \"¤\" // of the runner\n\nvar all = []string{`¤`, \"¤\"}\n"},
		{"deploy.py", "TOKEN='¤'\nheaders = {\"Dagster-Cloud-Api-Token\": \"¤\", 'Authorization': f'Bearer ¤'}\n"},
		{"app.js", "fetch(url,{headers:{authorization:'Bearer ¤'}});var t=\"¤\",u=`¤`;\n"},
		{"Main.java", "class Main { static final String T = \"¤\"; char[] c = \"¤\".toCharArray(); }\n"},
		{".env", "DAGSTER_TOKEN=¤\nexport OTHER=\"¤\"\nTHIRD='¤'\n# OLD=¤\n"},
		{"windows.env", "TOKEN=¤\r\nOTHER=¤\r\n"},
		{"config.json", "{\"token\":\"¤\",\"list\":[\"¤\",\"¤\"],\"nested\":{\"a b\":\"Bearer ¤\"}}\n"},
		{"escaped.json", `{"log":"was\n¤\tand\r¤\u0022¤\"","url":"https:\/\/x.example\/¤"}` + "\n"},
		{"values.yaml", "token: ¤\nquoted: \"¤\"\nagent:\n  env: [{name: TOKEN, value: '¤'}]\nblock: |\n  ¤\n"},
		{"settings.toml", "token = \"¤\"\n[a]\nb = '''¤'''\n"},
		{"settings.ini", "[jeton]\ntoken=¤\nother : ¤\n;old=¤\n"},
		{"app.properties", "jeton.token=¤\njeton.other: ¤\n"},
		{"main.tf", "variable \"token\" {\n  default = \"¤\"\n}\n"},
		{"Dockerfile", "ENV TOKEN=¤\nRUN curl -H 'Authorization: Bearer ¤' https://x.example\n"},
		{"run.sh", "curl -H \"Dagster-Cloud-Api-Token: ¤\" x; T=$(echo ¤)\nhead -c9 <<<¤ >out\nuse --token=¤ --other ¤ -t¤\n"},
		{"escapes.sh", "printf 'a\\011¤\\n' \"$'b\\x3d¤'\"\n"},
		{"history", ": 1700000000:0;jeton token check <<< ¤\nexport T=¤;echo $T\n"},
		{"server.log", "2026-03-01T12:00:00Z INFO token=¤ from=10.0.0.7\n[¤] refused (¤) <¤> {¤} ¤, ¤; ¤: ¤.\n"},
		{"colours.log", "\x1b[31m¤\x1b[0m and \\x1b[1;32m¤\\x1b[0m and \\033[31m¤\\033[0m\n"},
		{"access.log", "10.0.0.7 - - \"GET /x?token=¤&a=1 HTTP/1.1\" 200\nGET /¤/runs 404\nGET /x?q=token%3D¤%26a 200\nGET /x?next=%20¤%20 200\n"},
		{"links.txt", "https://ana:¤@x.example/\nhttps://x.example/?a=b#¤\nhttps://x.example/¤?a=b\n"},
		{"README.md", "Use `¤` or **¤** or [¤](https://x.example/¤).\n\n```\n¤\n```\n\n| ¤ | ¤ |\n"},
		{"page.html", "<input value=\"¤\"><p>¤</p>&quot;¤&quot;<!--¤-->\n"},
		{"data.xml", "<token>¤</token><t v='¤'/><![CDATA[¤]]>\n"},
		{"data.csv", "number,token,who\n14,¤,ana\n15,\"¤\",ben\n16;¤;eve\n"},
		{"dump.sql", "INSERT INTO t VALUES (14,'¤',NULL),(15,'¤',NULL);\n"},
		{"notebook.ipynb", `{"cells":[{"source":["token = \"¤\"\n","print('¤')\n"]}]}` + "\n"},
		{"unicode.txt", "“¤” «¤» é¤é 令牌¤令牌 токен¤токен 🔑¤🔑 \u00a0¤\u00a0 \u200b¤\u200b\n"},
		{"end.txt", "the last line has no end: ¤"},
		{"alone.txt", "¤"},
		{"lines.txt", "¤\n¤\n¤\n"},
		{"beside.txt", "¤,¤;¤|¤ ¤\t¤/¤+¤=¤-¤.¤:¤\n"},
		{"long.min.js", strings.Repeat("function a(b){return b+1};", 20_000) + "t='¤';" + strings.Repeat("a(2);", 20_000) + "u=\"¤\"\n"},
		{"package-lock.json", "{\"_authToken\":\"¤\"}\n"},
		{"vendor/module/x.go", "var t = \"¤\"\n"},
		{"drawing.svg", "<svg><text>¤</text></svg>\n"},
	}
}

// coded are samples in which a token is not readable: what surrounds it, and how it is coded.
func coded() []struct {
	sample
	code func(string) string
} {
	basic := func(s string) string { return base64.StdEncoding.EncodeToString([]byte("apache:" + s)) }
	plain := func(s string) string { return base64.StdEncoding.EncodeToString([]byte(s)) }
	percent := func(s string) string { return url.QueryEscape("https://x.example/?a=" + url.QueryEscape("t="+s+"&b")) }
	return []struct {
		sample
		code func(string) string
	}{
		{sample{"secret.yaml", "kind: Secret\ndata:\n  token: ¤\n"}, plain},
		{sample{"request.http", "POST /introspect\nAuthorization: Basic ¤\n"}, basic},
		{sample{"redirect.txt", "location: /login?next=¤\n"}, percent},
	}
}

// lookAlikes are texts that only look like a token, made from one.
func lookAlikes(v string) map[string]string {
	prefix, body := v[:4], v[4:]
	return map[string]string{
		"shorter":                  v[:len(v)-1],
		"much shorter":             v[:24],
		"the prefix":               prefix,
		"longer":                   v + "A",
		"longer by _":              v + "_",
		"twice as long":            v + body,
		"in a word":                "x" + v,
		"after a digit":            "7" + v,
		"after _":                  "my_" + v,
		"another kind":             "jtb_" + body,
		"no kind":                  "jt_" + body,
		"capitals":                 strings.ToUpper(prefix) + body,
		"the prefix of others":     "ghp_" + body,
		"no prefix":                body,
		"a hyphen for _":           prefix[:3] + "-" + body,
		"a character that is none": v[:20] + "-" + v[21:],
		"cut by a space":           v[:30] + " " + v[30:],
		"cut by a line":            v[:30] + "\n" + v[30:],
		"made up":                  prefix + strings.Repeat("x", 49),
		"made up of two":           prefix + strings.Repeat("AB", 24) + "A",
		"made up, with an end":     prefix + strings.Repeat("0", 45) + "abcd",
		"base64 around":            body + body + v + body + body + "==",
		"base64url around":         body + "_" + v + "_" + body,
		"a variable":               prefix + "token_of_the_runner_in_staging_that_is_long_enough_x",
	}
}
