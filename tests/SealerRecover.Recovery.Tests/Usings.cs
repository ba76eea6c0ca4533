global using SealerRecover.Recovery.Tests.Support;
global using SealerRecover.Tests;
global using Xunit;
