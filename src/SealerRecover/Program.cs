using SealerRecover;
using SealerRecover.Commands;

ConsoleHost host = ConsoleHost.OfProcess();
using Signals signals = new(host.Error);
return await new CommandLine().RunAsync(args, host, signals.Stop);
