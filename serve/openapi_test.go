package serve

import (
	"bytes"
	"encoding"
	"encoding/json"
	"flag"
	"net/http"
	"os"
	"reflect"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"jeton/store/remote/wire"
)

var update = flag.Bool("update", false, "write openapi.json anew")

// The document is what the routes and the forms make it: go test ./serve -run OpenAPI -update
// writes it.
func TestOpenAPIIsOfTheRoutes(t *testing.T) {
	var out bytes.Buffer
	e := json.NewEncoder(&out)
	e.SetEscapeHTML(false)
	e.SetIndent("", " ")
	if err := e.Encode(document(t)); err != nil {
		t.Fatal(err)
	}
	if *update {
		if err := os.WriteFile("openapi.json", out.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if !bytes.Equal(out.Bytes(), openAPI) {
		t.Error("openapi.json is not of these routes and forms: go test ./serve -run OpenAPI -update")
	}
}

type object = map[string]any

// document is the whole document.
func document(t *testing.T) object {
	forms := schemas{all: object{}}
	paths := object{}
	for _, r := range wire.Routes() {
		at, ok := paths[r.Pattern].(object)
		if !ok {
			at = object{}
			paths[r.Pattern] = at
		}
		at[strings.ToLower(r.Method)] = forms.operation(t, r)
	}
	forms.of(reflect.TypeFor[wire.Problem]())
	forms.all["Problem"].(object)["properties"].(object)["code"] = object{"type": "string", "enum": wire.Codes()}
	return object{
		"openapi": "3.1.0",
		"info": object{"title": "jeton", "version": "1", "summary": "The management API of a running jeton.",
			"description": apiText, "license": object{"name": "MIT", "identifier": "MIT"}},
		"servers":  []object{{"url": "http://127.0.0.1:7625", "description": "jeton serve, as it listens unless told otherwise"}},
		"security": []object{{"userToken": []string{}}},
		"paths":    paths,
		"components": object{"schemas": forms.all,
			"securitySchemes": object{"userToken": object{"type": "http", "scheme": "bearer",
				"description": "A user token (jtu_…). At the unix socket there is none: the kernel says who is there."}},
			"responses": object{"Problem": object{"description": "It was not done; code says why.",
				"content": object{wire.ProblemJSON: object{"schema": ref("Problem")}}}},
		},
	}
}

func ref(name string) object { return object{"$ref": "#/components/schemas/" + name} }

// operation documents a route.
func (s schemas) operation(t *testing.T, r wire.Route) object {
	said, ok := operations[r.Name]
	if !ok {
		t.Fatalf("nothing is said about %s", r.Name)
	}
	out := object{"operationId": r.Name, "summary": said.summary, "tags": []string{tagOf(r)}}
	if said.more != "" {
		out["description"] = said.more
	}
	params := append([]param{}, said.params...)
	if name := inPath.FindStringSubmatch(r.Pattern); name != nil {
		params = append([]param{{name[1], "path", numeric(64), "Its number."}}, params...)
	}
	body, answer, status := said.body, said.answer, http.StatusOK
	for _, c := range wire.Changes() {
		if c.Route == r {
			params = append(params, param{wire.RequestHeader, "header", object{"type": "string", "pattern": "^[0-9a-f]{32}$"},
				"A number for this change, 16 random bytes. Repeated under its number it is made once, and answered as the first time."})
			body, answer, status = c.New(), wire.Changed{}, statusOf(r)
		}
	}
	if len(params) > 0 {
		out["parameters"] = documented(params)
	}
	if body != nil {
		form := s.of(reflect.TypeOf(body))
		required := len(s.all[nameOf(reflect.TypeOf(body))].(object)["required"].([]string)) > 0
		out["requestBody"] = object{"required": required, "content": object{wire.JSON: object{"schema": form}}}
	}
	content := object{said.kind(): object{"schema": object{"type": "object"}}}
	if answer != nil {
		content = object{said.kind(): object{"schema": s.of(reflect.TypeOf(answer))}}
	}
	out["responses"] = object{strconv.Itoa(status): object{"description": http.StatusText(status), "content": content},
		"default": object{"$ref": "#/components/responses/Problem"}}
	return out
}

var inPath = regexp.MustCompile(`\{(\w+)\}`)

// tagOf groups routes by what they are about.
func tagOf(r wire.Route) string { return strings.Split(strings.TrimPrefix(r.Pattern, "/v1/"), "/")[0] }

// param is a parameter of a route.
type param struct {
	name, in string
	schema   object
	text     string
}

func documented(all []param) (out []object) {
	for _, p := range all {
		one := object{"name": p.name, "in": p.in, "schema": p.schema, "description": p.text}
		if p.in == "path" || p.name == "kind" {
			one["required"] = true
		}
		out = append(out, one)
	}
	return out
}

func numeric(bits int) object {
	if bits == 64 {
		return object{"type": "integer", "minimum": 0}
	}
	return object{"type": "integer", "minimum": 0, "maximum": uint64(1)<<bits - 1}
}

// schemas are the forms that were met.
type schemas struct{ all object }

func nameOf(t reflect.Type) string {
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	return t.Name()
}

// of is the schema of a form, by reference where it has a name of its own.
func (s schemas) of(t reflect.Type) object {
	if t.Kind() == reflect.Pointer {
		return s.of(t.Elem())
	}
	switch t {
	case reflect.TypeFor[wire.Time]():
		return object{"type": []string{"string", "null"}, "format": "date-time"}
	case reflect.TypeFor[wire.Name]():
		return object{"type": []string{"string", "null"}}
	case reflect.TypeFor[wire.Value]():
		return object{"type": "string", "description": "A token's value."}
	case reflect.TypeFor[wire.Request]():
		return object{"type": "string", "pattern": "^[0-9a-f]{32}$"}
	}
	if w, ok := reflect.Zero(t).Interface().(interface{ Words() []string }); ok {
		return object{"type": "string", "enum": w.Words()}
	}
	switch t.Kind() {
	case reflect.Struct:
		if _, ok := reflect.Zero(t).Interface().(encoding.TextMarshaler); ok {
			return object{"type": "string", "format": "date-time"}
		}
		if _, known := s.all[t.Name()]; !known {
			s.all[t.Name()] = object{} // for forms that hold themselves
			s.all[t.Name()] = s.form(t)
		}
		return ref(t.Name())
	case reflect.Slice:
		return object{"type": "array", "items": s.of(t.Elem())}
	case reflect.Bool:
		return object{"type": "boolean"}
	case reflect.Int, reflect.Int64:
		return object{"type": "integer"}
	case reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		return numeric(t.Bits())
	}
	return object{"type": "string"}
}

// form is the schema of a struct.
func (s schemas) form(t reflect.Type) object {
	properties, required := object{}, []string{}
	for _, f := range reflect.VisibleFields(t) {
		tag, ok := f.Tag.Lookup("json")
		if !ok || f.Anonymous {
			continue
		}
		name, options, _ := strings.Cut(tag, ",")
		of := s.of(f.Type)
		if !strings.Contains(options, "omitempty") && f.Tag.Get("asked") != "optional" {
			required = append(required, name)
			if f.Type.Kind() == reflect.Pointer {
				of = object{"anyOf": []object{of, {"type": "null"}}}
			}
		}
		if text := members[t.Name()+"."+name]; text != "" {
			of = described(of, text)
		}
		properties[name] = of
	}
	return object{"type": "object", "properties": properties, "required": required}
}

func described(of object, text string) object {
	out := object{"description": text}
	for k, v := range of {
		out[k] = v
	}
	return out
}

// statusOf is what a change that was made is answered with.
func statusOf(r wire.Route) int {
	switch r {
	case wire.CreateToken, wire.AddUser, wire.CreateDeployment:
		return http.StatusCreated
	}
	return http.StatusOK
}
