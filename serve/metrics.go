package serve

import (
	"net/http"
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"jeton/model"
)

// statuses are what doors answer with, so that each has its counter before it is needed.
// 0 is any other, of the management API.
var statuses = [...]int{200, 204, 400, 401, 403, 404, 405, 409, 413, 415, 429, 503, 0}

// counts are the metrics, each looked up once. Their labels are few and known: nothing of a
// request is one.
type counts struct {
	requests     [doors][len(statuses)]prometheus.Counter
	durations    [doors]prometheus.Observer
	verdicts     [model.WrongKind + 1]prometheus.Counter
	slowed, shut prometheus.Counter
	page         http.Handler
}

// durationBuckets, in seconds, begin where a verdict from memory ends.
var durationBuckets = []float64{.00001, .000025, .00005, .0001, .00025, .0005, .001, .005, .025, .1, 1}

func newCounts(d *Doors) *counts {
	registry := prometheus.NewRegistry()
	requests := prometheus.NewCounterVec(prometheus.CounterOpts{Name: "jeton_requests_total",
		Help: "Requests answered, by door and HTTP status."}, []string{"door", "status"})
	durations := prometheus.NewHistogramVec(prometheus.HistogramOpts{Name: "jeton_request_duration_seconds",
		Help: "How long it took to answer, by door.", Buckets: durationBuckets}, []string{"door"})
	verdicts := prometheus.NewCounterVec(prometheus.CounterOpts{Name: "jeton_verdicts_total",
		Help: "What presented tokens came to."}, []string{"standing"})
	limited := prometheus.NewCounterVec(prometheus.CounterOpts{Name: "jeton_limited_total",
		Help: "Requests answered 429: slowed, after a check, or shut out without one."}, []string{"step"})
	registry.MustRegister(requests, durations, verdicts, limited,
		collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	registry.MustRegister(condition(d)...)

	c := &counts{slowed: limited.WithLabelValues("slowed"), shut: limited.WithLabelValues("shut")}
	for at := range doors {
		c.durations[at] = durations.WithLabelValues(at.String())
		for i, status := range statuses {
			label := "other"
			if status != 0 {
				label = strconv.Itoa(status)
			}
			c.requests[at][i] = requests.WithLabelValues(at.String(), label)
		}
	}
	for s := range c.verdicts {
		c.verdicts[s] = verdicts.WithLabelValues(model.Standing(s).String())
	}
	c.page = promhttp.HandlerFor(registry, promhttp.HandlerOpts{MaxRequestsInFlight: 4})
	return c
}

// condition is what the store says of itself when it is asked.
func condition(d *Doors) []prometheus.Collector {
	gauge := func(name, help string, value func(model.Health) bool) prometheus.Collector {
		return prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: name, Help: help}, func() float64 { return number(value(d.checker.Health())) })
	}
	return []prometheus.Collector{
		prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: "jeton_ready", Help: "1 while tokens are checked."},
			func() float64 { return number(d.isReady()) }),
		gauge("jeton_store_damaged", "1 while damage of the store is known.", func(h model.Health) bool { return h.Damage != nil }),
		gauge("jeton_store_low_space", "1 while the disk is almost full.", func(h model.Health) bool { return h.LowSpace }),
		gauge("jeton_store_checking", "1 while the history was not yet checked to its end.", func(h model.Health) bool { return h.Checking }),
		prometheus.NewCounterFunc(prometheus.CounterOpts{Name: "jeton_store_events_total", Help: "Events in the journal."},
			func() float64 { return float64(d.checker.Health().Events) }),
	}
}

func number(on bool) float64 {
	if on {
		return 1
	}
	return 0
}

// answered counts a request that was answered.
func (c *counts) answered(at door, status int, took time.Duration) {
	c.requested(at, status)
	c.durations[at].Observe(took.Seconds())
}

// requested counts a request without its duration: some of the management API go on for
// hours.
func (c *counts) requested(at door, status int) {
	for i, s := range statuses {
		if s == status || s == 0 {
			c.requests[at][i].Inc()
			return
		}
	}
}

// verdict counts what a token came to.
func (c *counts) verdict(v model.Verdict) {
	if int(v.Standing) < len(c.verdicts) {
		c.verdicts[v.Standing].Inc()
	}
}

func (d *Doors) metrics(w http.ResponseWriter, r *http.Request) int {
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		return d.refuseMethod(w, getOnly, "GET, HEAD")
	}
	d.counts.page.ServeHTTP(w, r)
	return http.StatusOK
}
