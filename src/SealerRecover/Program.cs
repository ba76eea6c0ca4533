using SealerRecover.Commands;
using SealerRecover.Hosting;

ConsoleHost host = ConsoleHost.OfProcess();
using Signals signals = new(host);
return await new CommandLine().RunAsync(args, host, signals.Stop);
