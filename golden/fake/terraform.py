"""The stand-in for terraform: one helm_release whose chart, values and version are variables of the run. Its provider does as `helm upgrade --reset-values --wait`
does with Helm 3's library: client-side whoever has written the record of before, under its own program's name, and it reads the release back before it plans.

The root module of the tests is a file `rutter-fake.json` in the folder: {"release", "namespace", "versions": {TAG: {"chart", "values"}}, "variable"}.
"""
import json
import os

import helm
from kubectl import Result


def module(argv):
    folder = next((w.partition('=')[2] for w in argv if w.startswith('-chdir=')), '.')
    with open(os.path.join(folder, 'rutter-fake.json')) as f:
        return json.load(f)


def wanted(conf, env):
    tag = env.get('TF_VAR_' + conf['variable'])
    if tag is None:
        raise Result(err='Error: No value for required variable\n', status=1)
    if tag not in conf['versions']:
        raise Result(err='Error: the module has no version %s\n' % tag, status=1)
    return tag, conf['versions'][tag]


def changes(argv):
    return 'apply' in argv


def read_command(c, made, argv, env):
    if 'version' in argv:
        return Result('Terraform v1.9.8\non linux_amd64\n')
    if 'plan' not in argv:
        return None
    conf = module(argv)
    tag, side = wanted(conf, env)
    known = helm.records(c, conf['namespace'], conf['release'])
    out = next(w.partition('=')[2] for w in argv if w.startswith('-out='))
    last = known[-1]
    # The provider reads the newest record back and compares its chart's version and values; objects it does not look at.
    same = last['status'] == 'deployed' and last['chart']['version'] == made.metadata(side['chart'])['version'] and last['config'] == made.user_values(side['values'])
    with open(out, 'w') as f:
        json.dump({'tag': tag, 'same': same}, f)
    return Result('No changes.\n' if same else 'Plan: 0 to add, 1 to change, 0 to destroy.\n', '', 0 if same or '-detailed-exitcode' not in argv else 2)


def change_command(c, made, argv, env, faults=None):
    conf = module(argv)
    with open(argv[-1]) as f:
        saved = json.load(f)
    tag = saved['tag']
    if saved['same']:
        yield 'nothing to do'
        return 'Apply complete! Resources: 0 added, 0 changed, 0 destroyed.\n'
    side = conf['versions'][tag]
    options = {'wait': 'true'}
    yield from helm.upgrade(c, made, 3, conf['release'], conf['namespace'], side['chart'], made.user_values(side['values']), options, faults,
                            manager='terraform-provider-helm')
    return 'Apply complete! Resources: 0 added, 1 changed, 0 destroyed.\n'
