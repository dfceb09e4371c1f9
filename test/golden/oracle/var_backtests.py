"""Figures in test/risk/standard-errors.test.ts and test/backtest/exceptions.test.ts, by SciPy."""
import numpy as np
from scipy import stats, optimize
# Maritz-Jarrett of 1..100 squared /10 at 95%: X_(5)
x=np.arange(1,101)**2/10.-200
n=100;k=5
i=np.arange(1,n+1)
W=stats.beta.cdf(i/n,k,n-k+1)-stats.beta.cdf((i-1)/n,k,n-k+1)
m=(W*x).sum(); print('MJ',np.sqrt((W*(x-m)**2).sum()))
# order stat interval n=500 alpha .01
for n,a in ((500,.01),(100,.05),(250,.01)):
    lo=stats.binom.ppf(.025,n,a); hi=stats.binom.ppf(.975,n,a)+1
    print(n,a,lo,hi, stats.binom.cdf(hi-1,n,a)-(stats.binom.cdf(lo-1,n,a) if lo>0 else 0))
# duration: spells
def dur(exc):
    exc=np.array(exc); h=np.flatnonzero(exc)+1; T=len(exc)
    D=list(np.diff(h)); C=[0]*len(D)
    if exc[0]==0: D=[h[0]]+D; C=[1]+C
    if exc[-1]==0: D=D+[T-h[-1]]; C=C+[1]
    D=np.array(D,float); C=np.array(C)
    d=(C==0).sum()
    def nll(b):
        a=(d/(D**b).sum())**(1/b)
        lf=b*np.log(a)+np.log(b)+(b-1)*np.log(D)-(a*D)**b
        ls=-(a*D)**b
        return -(lf*(C==0)+ls*(C==1)).sum()
    r=optimize.minimize_scalar(nll,bounds=(.001,10),method='bounded',options=dict(xatol=1e-12))
    LR=2*(nll(1)-r.fun); b=r.x
    print('dur',b,(d/(D**b).sum())**(1/b),-r.fun,-nll(1),LR,stats.chi2.sf(LR,1))
exc=[0]*250
for t in (11,12,15,60,61,63,130,131,132,240): exc[t]=1
dur(exc)
exc2=[1 if t in (0,40,90,131,180,229) else 0 for t in range(230)]
dur(exc2)
# DQ
def dq(exc,p,lags,var=None):
    h=np.array(exc)-p; T=len(h)
    X=[np.ones(T-lags)]+[h[lags-l:T-l] for l in range(1,lags+1)]
    if var is not None: X.append(np.array(var)[lags:])
    X=np.array(X).T; y=h[lags:]
    b=np.linalg.lstsq(X,y,rcond=None)[0]
    s=b@X.T@X@b/(p*(1-p)); print('dq',s,stats.chi2.sf(s,X.shape[1]),X.shape[1])
var=[100+10*((t*7)%13) for t in range(250)]
dq(exc,.01,4); dq(exc,.04,2,var)
# berkowitz
u=np.array([((i*37)%101+.5)/101.5 for i in range(100)])
z=stats.norm.ppf(u); x=z[:-1];y=z[1:]
A=np.c_[np.ones(99),x]; c,res,_,_=np.linalg.lstsq(A,y,rcond=None)
v=((y-A@c)**2).mean()
l1=stats.norm.logpdf(y-A@c,scale=np.sqrt(v)).sum(); l0=stats.norm.logpdf(y).sum()
print('berk',2*(l1-l0),stats.chi2.sf(2*(l1-l0),3),c,v)
# christoffersen on exc
def ind(n00,n01,n10,n11):
    L=lambda k,p: k*np.log(p) if k else 0
    p=(n01+n11)/(n00+n01+n10+n11); p0=n01/(n00+n01); p1=n11/(n10+n11)
    return -2*(L(n00+n10,1-p)+L(n01+n11,p)-L(n00,1-p0)-L(n01,p0)-L(n10,1-p1)-L(n11,p1))
e=np.array(exc); n11=((e[:-1]==1)&(e[1:]==1)).sum(); n01=((e[:-1]==0)&(e[1:]==1)).sum(); n10=((e[:-1]==1)&(e[1:]==0)).sum(); n00=249-n11-n01-n10
print(n00,n01,n10,n11,ind(n00,n01,n10,n11))
def pof(n,x,p): 
    q=x/n; return -2*(x*np.log(p)+(n-x)*np.log(1-p)-x*np.log(q)-(n-x)*np.log(1-q))
print(pof(250,10,.02),pof(249,10,.02))
print('matlab inc', 3*(stats.norm.ppf(.95)/stats.norm.ppf(1-64/1043)-1), stats.binom.cdf(64,1043,.05), [ (x,stats.binom.cdf(x,1043,.05)) for x in (63,64,65,80)])
# t5 es
q=stats.t.ppf(.025,5); print('t5',q, stats.t.pdf(q,5)/.025*(5+q*q)/4)
print('t tests', stats.binomtest(12,250,.025).pvalue)
# SE of ES for normal: alpha=.025: var of (L-v)+ 
from scipy import integrate
a=.05; v=stats.norm.ppf(1-a)
m1=integrate.quad(lambda l:(l-v)*stats.norm.pdf(l),v,np.inf)[0]; m2=integrate.quad(lambda l:(l-v)**2*stats.norm.pdf(l),v,np.inf)[0]
print('se es normal *sqrt n', np.sqrt(m2-m1*m1)/a, 'se var', np.sqrt(a*(1-a))/stats.norm.pdf(v))
