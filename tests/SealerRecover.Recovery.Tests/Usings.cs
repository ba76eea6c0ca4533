global using SealerRecover.Recovery.Tests.Support;
global using Xunit;
global using SealerRecover.Tests;
