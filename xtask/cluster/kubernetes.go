package main

import (
	"context"
	"os"
	_ "time/tzdata" // CronJobs name time zones

	"github.com/spf13/cobra"
	"go.etcd.io/etcd/server/v3/etcdmain"
	"k8s.io/component-base/cli"
	_ "k8s.io/component-base/logs/json/register"
	kubectlcmd "k8s.io/kubectl/pkg/cmd"
	kubectlutil "k8s.io/kubectl/pkg/cmd/util"
	apiserver "k8s.io/kubernetes/cmd/kube-apiserver/app"
	controllers "k8s.io/kubernetes/cmd/kube-controller-manager/app"
	kubeproxy "k8s.io/kubernetes/cmd/kube-proxy/app"
	kubescheduler "k8s.io/kubernetes/cmd/kube-scheduler/app"
	nodeagent "k8s.io/kubernetes/cmd/kubelet/app"
)

func etcd()              { etcdmain.Main(os.Args) }
func apiServer()         { end(apiserver.NewAPIServerCommand()) }
func controllerManager() { end(controllers.NewControllerManagerCommand()) }
func proxy()             { end(kubeproxy.NewProxyCommand()) }
func scheduler()         { end(kubescheduler.NewSchedulerCommand()) }
func kubelet()           { end(nodeagent.NewKubeletCommand(context.Background())) }

func kubectl() {
	// It turns an error into the exit code that scripts know.
	kubectlutil.CheckErr(cli.RunNoErrOutput(kubectlcmd.NewDefaultKubectlCommand()))
}

func end(command *cobra.Command) { os.Exit(cli.Run(command)) }
