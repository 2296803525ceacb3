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
		if len(staff.Networks) == 0 || len(staff.Volumes) != 1 || staff.Volumes[0].Source != certificate || staff.Environment["TEMPORAL_ADDRESS"] != nil || staff.Environment["HAME_KEYSET_FILE"] != nil {
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
		provesItself(t, project)
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

// certificate is the volume with PostgreSQL's certificate, which its clients have.
const certificate = "database-certificate"

// provesItself: everything that reaches PostgreSQL over the network has its
// certificate and verifies it, Temporal too; nothing but PostgreSQL has its key.
func provesItself(t *testing.T, project *types.Project) {
	t.Helper()
	clients := 0
	for name, service := range project.AllServices() {
		mounted := func(volume string) bool {
			return slices.ContainsFunc(service.Volumes, func(v types.ServiceVolumeConfig) bool { return v.Source == volume })
		}
		if mounted("database-key") && name != "postgres" && name != certificate {
			t.Errorf("%s has PostgreSQL's key", name)
		}
		for variable, value := range service.Environment {
			verifies := true
			switch {
			case strings.HasSuffix(variable, "DATABASE_URL"):
				verifies = strings.Contains(*value, "sslmode=verify-full&sslrootcert=/"+certificate+"/root.crt")
			case variable == "POSTGRES_SEEDS" && name == "temporal":
				verifies = set(service, "SQL_TLS_ENABLED", "true") && set(service, "SQL_HOST_VERIFICATION", "true") && set(service, "SQL_CA", "/"+certificate+"/root.crt")
			case variable == "POSTGRES_SEEDS":
				verifies = set(service, "SQL_TLS", "true") && set(service, "SQL_TLS_CA_FILE", "/"+certificate+"/root.crt")
			default:
				continue
			}
			clients++
			if !verifies || !mounted(certificate) {
				t.Errorf("%s reaches PostgreSQL and does not verify who it is", name)
			}
		}
	}
	if clients < 6 {
		t.Errorf("only %d clients of PostgreSQL are found", clients)
	}
}

// set tells whether a service has a variable of its environment at a value.
func set(service types.ServiceConfig, variable, value string) bool {
	v := service.Environment[variable]
	return v != nil && *v == value
}
