package sample

import (
	"context"
	"fmt"
	"math/rand/v2"
	"sync"
	"sync/atomic"

	"jeton/model"
)

// fillers is how many changes wait for the store at a time: enough for it to commit
// large groups while the next one gathers.
const fillers = 1024

// Fill writes n tokens, half of them agent tokens, into a store that was created with
// [Found], and the users they need: one for every thousand tokens, at least 30. The
// tokens get their numbers in no particular order. progress, which may be nil, hears how
// many are durable, from one goroutine at a time.
func Fill(ctx context.Context, s Store, n int, progress func(done int)) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	f := &filling{store: s, owners: []model.UserID{1}}
	if err := f.each(ctx, cancel, max(30, n/1000)-1, f.addPerson, nil); err != nil {
		return fmt.Errorf("add users: %w", err)
	}
	if err := f.each(ctx, cancel, n, f.addToken, progress); err != nil {
		return fmt.Errorf("add tokens: %w", err)
	}
	return nil
}

// filling is a store being filled.
type filling struct {
	store  Store
	mu     sync.Mutex
	owners []model.UserID
}

// each does work for every number below n, on many goroutines, until one fails.
func (f *filling) each(ctx context.Context, cancel context.CancelCauseFunc, n int,
	do func(context.Context, int) error, progress func(int)) error {
	var next, done atomic.Int64
	var wait sync.WaitGroup
	for range min(fillers, n) {
		wait.Go(func() {
			for ctx.Err() == nil {
				i := int(next.Add(1)) - 1
				if i >= n {
					return
				}
				if err := do(ctx, i); err != nil {
					cancel(err)
					return
				}
				if now := done.Add(1); progress != nil && now%1000 == 0 {
					f.tell(progress, int(now))
				}
			}
		})
	}
	wait.Wait()
	if progress != nil && done.Load() == int64(n) {
		progress(n)
	}
	return context.Cause(ctx)
}

func (f *filling) tell(progress func(int), now int) {
	f.mu.Lock()
	defer f.mu.Unlock()
	progress(now)
}

var filler = model.Source{Door: model.DoorProgram}

func (f *filling) addPerson(ctx context.Context, i int) error {
	rng := rand.New(rand.NewPCG(uint64(i), 1))
	given, family := pick(rng, givenNames), pick(rng, familyNames)
	c := model.AddPerson{Login: fmt.Sprintf("user%04d", i+2), Name: given + " " + family,
		Grants: []model.Grant{{Deployment: model.DeploymentID(1 + rng.IntN(len(deployments))), Role: model.Role(1 + rng.IntN(4))}}}
	_, r, err := f.store.Change(ctx, model.Actor{User: 1, Source: filler}, model.Request{}, c)
	if err != nil {
		return err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.owners = append(f.owners, r.(model.User).ID)
	return nil
}

// addToken creates an agent token or, every other time, a user token of somebody, the
// first users having the most. Every 25th agent token is given other permissions.
func (f *filling) addToken(ctx context.Context, i int) error {
	rng := rand.New(rand.NewPCG(uint64(i), 2))
	actor := model.Actor{User: 1, Source: filler}
	c := model.CreateToken{Kind: model.AgentToken, Description: describe(rng, i)}
	if i%2 == 1 {
		at := rng.Float64()
		actor.User = f.owners[int(at*at*float64(len(f.owners)))]
		c.Kind, c.Owner = model.UserToken, actor.User
	}
	_, r, err := f.store.Change(ctx, actor, model.Request{}, c)
	if err != nil || i%50 != 0 {
		return err
	}
	p := model.Permissions{Deployments: []model.DeploymentID{model.DeploymentID(1 + rng.IntN(4)), model.DeploymentID(5 + rng.IntN(4))},
		AllBranches: rng.IntN(2) == 0}
	_, _, err = f.store.Change(ctx, actor, model.Request{}, model.SetPermissions{Token: r.(model.Token).ID, Permissions: p})
	return err
}

// describe makes up what a token is for; about one in twelve is not described.
func describe(rng *rand.Rand, i int) string {
	switch rng.IntN(12) {
	case 0:
		return ""
	case 1:
		return agents[rng.IntN(len(agents))].description
	case 2:
		return pick(rng, purposes) + pick(rng, places)
	case 3, 4, 5:
		return fmt.Sprintf("%s agent, %s, pool %d", pick(rng, kinds), pick(rng, regions), rng.IntN(400))
	case 6, 7, 8:
		return fmt.Sprintf("%s-%s-%05d", pick(rng, teams), pick(rng, jobs), i%100_000)
	}
	return fmt.Sprintf("%s %s for %s", pick(rng, kinds), pick(rng, jobs), pick(rng, teams))
}

func pick(rng *rand.Rand, from []string) string { return from[rng.IntN(len(from))] }

var (
	givenNames  = []string{"Ada", "Björn", "Chiara", "Dmitri", "Elif", "Farid", "Gloria", "Hugo", "Ines", "Jun", "Katya", "Liam", "Mei", "Nils", "Olga", "Pablo", "Ravi", "Sara", "Tariq", "Ulla", "Vera", "Wei", "Yara", "Zeynep"}
	familyNames = []string{"Adeyemi", "Bianchi", "Costa", "Demir", "Eriksson", "Fischer", "García", "Haas", "Ivanova", "Johansson", "Kim", "Larsen", "Moreau", "Novák", "Osei", "Park", "Rossi", "Schäfer", "Tanaka", "Ueda", "Varga", "Wójcik", "Yılmaz", "Zhang"}
	kinds       = []string{"k8s", "ecs", "docker", "local", "hybrid", "staging", "canary", "nightly", "spot", "on-call", "backfill", "build"}
	regions     = []string{"eu-west-1", "eu-central-1", "us-east-1", "us-west-2", "ap-northeast-1", "ap-southeast-2", "sa-east-1", "af-south-1", "on-premises", "東京", "서울", "München"}
	teams       = []string{"analytics", "billing", "catalog", "data-science", "finance", "growth", "identity", "ingest", "logistics", "marketing", "ml-platform", "payments", "pricing", "risk", "search", "supply", "データ基盤", "поддержка"}
	jobs        = []string{"runner", "loader", "export", "sync", "checks", "report", "trigger", "sensor", "bridge", "retry", "snapshot", "replay", "smoke-test", "cutover"}
)
