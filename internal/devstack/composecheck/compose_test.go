// Package composecheck reads docker-compose.yml with the parser of Docker
// Compose itself. It is a module of its own, which keeps the parser's
// dependencies out of Hame's.
package composecheck

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/compose-spec/compose-go/v2/cli"
	"github.com/compose-spec/compose-go/v2/types"
)

// TestComposeFile: the file is valid, each service waits for those it needs, no
// port is open to other machines, and without its passwords it is refused.
func TestComposeFile(t *testing.T) {
	root := filepath.Join("..", "..", "..")
	file := filepath.Join(root, "docker-compose.yml")
	env, err := os.ReadFile(filepath.Join(root, "deploy", "env.example"))
	if err != nil {
		t.Fatal(err)
	}
	var passwords []string
	for _, line := range strings.Split(string(env), "\n") {
		if name, value, ok := strings.Cut(line, "="); ok && !strings.HasPrefix(line, "#") {
			if value == "" {
				value = "secret"
			}
			passwords = append(passwords, name+"="+value)
		}
	}
	load := func(env []string) error {
		options, err := cli.NewProjectOptions([]string{file}, cli.WithName("hame"), cli.WithEnv(env))
		if err != nil {
			return err
		}
		project, err := options.LoadProject(context.Background())
		if err != nil {
			return err
		}
		names := project.ServiceNames()
		for _, want := range []string{"worker", "temporal", "postgres"} {
			if !slices.ContainsFunc(names, func(n string) bool { return strings.Contains(n, want) }) {
				t.Errorf("no service %s among %v", want, names)
			}
		}
		// Staff need PostgreSQL, and neither Temporal nor the keyset.
		staff, temporal := project.DisabledServices["starter"], project.Services["temporal"]
		if len(staff.Networks) == 0 || len(staff.Volumes) > 0 || staff.Environment["TEMPORAL_ADDRESS"] != nil || staff.Environment["HAME_KEYSET_FILE"] != nil {
			t.Errorf("starter is given more than the database: %v %v %v", staff.Networks, staff.Volumes, staff.Environment)
		}
		for network := range staff.Networks {
			if _, reaches := temporal.Networks[network]; reaches {
				t.Errorf("starter reaches Temporal over the network %s", network)
			}
		}
		// The exports are signed with a key that neither the keyset's volume nor any other service has.
		worker := project.Services["worker"]
		for _, variable := range []string{"HAME_AUDIT_EXPORT_DIR", "HAME_AUDIT_KEY_FILE"} {
			value := worker.Environment[variable]
			if value == nil || !slices.ContainsFunc(worker.Volumes, func(v types.ServiceVolumeConfig) bool {
				return v.Source != "keys" && strings.HasPrefix(*value+"/", v.Target+"/")
			}) {
				t.Errorf("the worker's %s is in no volume of its own: %v", variable, worker.Volumes)
			}
		}
		for name, service := range project.Services {
			for _, v := range service.Volumes {
				if v.Source == "audit-key" && name != "worker" && name != "audit-key" {
					t.Errorf("%s has the key that signs the exports", name)
				}
			}
			for _, port := range service.Ports {
				if port.HostIP != "127.0.0.1" {
					t.Errorf("%s: port %s is open to other machines", name, port.Published)
				}
			}
			if strings.HasSuffix(service.Image, ":latest") {
				t.Errorf("%s: its image names no version", name)
			}
		}
		return nil
	}
	if err := load(passwords); err != nil {
		t.Fatal(err)
	}
	if err := load(nil); err == nil {
		t.Fatal("it is accepted without passwords")
	}
}
