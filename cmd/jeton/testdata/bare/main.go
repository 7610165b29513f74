// Command bare is the least a list on a terminal can be: the list component as it comes,
// with 100 rows and nothing behind them. Figures are compared with it.
package main

import (
	"fmt"
	"os"

	"github.com/charmbracelet/bubbles/list"
	tea "github.com/charmbracelet/bubbletea"
)

type row struct{ title, description string }

func (r row) Title() string       { return r.title }
func (r row) Description() string { return r.description }
func (r row) FilterValue() string { return r.title }

type model struct{ list list.Model }

func (m model) Init() tea.Cmd { return nil }

func (m model) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	if size, ok := msg.(tea.WindowSizeMsg); ok {
		m.list.SetSize(size.Width, size.Height)
	}
	var cmd tea.Cmd
	m.list, cmd = m.list.Update(msg)
	return m, cmd
}

func (m model) View() string { return m.list.View() }

func main() {
	items := make([]list.Item, 100)
	for i := range items {
		items[i] = row{fmt.Sprintf("k8s agent, eu-west-1, pool %d", i), fmt.Sprintf("Org Agent, created 2026-03-%02d", 1+i%31)}
	}
	l := list.New(items, list.NewDefaultDelegate(), 0, 0)
	l.Title = "Tokens"
	if _, err := tea.NewProgram(model{l}, tea.WithAltScreen()).Run(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
