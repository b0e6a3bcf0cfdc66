// Judges documents for Argo Workflows and Tekton with those systems' own types and validation, strictly decoded.
//
// usage: executors-check FILE... (documents of a ConfigMap and a WorkflowTemplate, or of a ConfigMap and a Pipeline). Exit status 1: one is not valid.
package main

import (
	"bytes"
	"context"
	"fmt"
	"os"

	wfv1 "github.com/argoproj/argo-workflows/v3/pkg/apis/workflow/v1alpha1"
	"github.com/argoproj/argo-workflows/v3/workflow/validate"
	tekton "github.com/tektoncd/pipeline/pkg/apis/pipeline/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/yaml"
)

type noTemplates struct{}

func (noTemplates) Get(name string) (*wfv1.WorkflowTemplate, error) {
	return nil, fmt.Errorf("there is no template %s", name)
}

type noClusterTemplates struct{}

func (noClusterTemplates) Get(name string) (*wfv1.ClusterWorkflowTemplate, error) {
	return nil, fmt.Errorf("there is no template %s", name)
}

// As `argo submit --from` makes it: every parameter has a value.
func submitted(t *wfv1.WorkflowTemplate) *wfv1.Workflow {
	w := &wfv1.Workflow{ObjectMeta: metav1.ObjectMeta{GenerateName: t.Name + "-", Namespace: "default"}, Spec: *t.Spec.DeepCopy()}
	for i, p := range w.Spec.Arguments.Parameters {
		if p.Value == nil {
			w.Spec.Arguments.Parameters[i].Value = wfv1.AnyStringPtr("given")
		}
	}
	return w
}

func one(document []byte) error {
	var kind metav1.TypeMeta
	if err := yaml.Unmarshal(document, &kind); err != nil {
		return err
	}
	switch kind.APIVersion + " " + kind.Kind {
	case "v1 ConfigMap":
		var m corev1.ConfigMap
		return yaml.UnmarshalStrict(document, &m)
	case "argoproj.io/v1alpha1 WorkflowTemplate":
		var t wfv1.WorkflowTemplate
		if err := yaml.UnmarshalStrict(document, &t); err != nil {
			return err
		}
		if err := validate.ValidateWorkflowTemplate(noTemplates{}, noClusterTemplates{}, &t, validate.ValidateOpts{Lint: true}); err != nil {
			return err
		}
		return validate.ValidateWorkflow(noTemplates{}, noClusterTemplates{}, submitted(&t), validate.ValidateOpts{Submit: true})
	case "tekton.dev/v1 Pipeline":
		var p tekton.Pipeline
		if err := yaml.UnmarshalStrict(document, &p); err != nil {
			return err
		}
		p.SetDefaults(context.Background())
		if err := p.Validate(context.Background()); err != nil {
			return err
		}
		return nil
	}
	return fmt.Errorf("a document of %s %s", kind.APIVersion, kind.Kind)
}

func main() {
	status := 0
	for _, path := range os.Args[1:] {
		text, err := os.ReadFile(path)
		if err != nil {
			fmt.Println(err)
			os.Exit(2)
		}
		for i, document := range bytes.Split(text, []byte("\n---\n")) {
			if err := one(document); err != nil {
				fmt.Printf("%s, document %d: %v\n", path, i+1, err)
				status = 1
			}
		}
	}
	os.Exit(status)
}
